internal import GRPCClient
internal import HTTP2Transport
internal import OTLPExport
internal import TelemetryCore

/// Maps gRPC statuses to ``AttemptFailure/Meaning``: by the code (RULES 1.4), and by the message where servers distinguish a
/// message that is too large by its text alone (RULES D1).
enum GRPCFailureMeaning {
  // grpc-go, grpcio, grpc-node: "received message larger than max (5702136 vs. 4194304)"
  // grpc-go after decompression: "received message after decompression larger than max 4194304"
  // grpc-java: "gRPC message exceeds maximum size 4194304: 5702136"
  // tonic: "decoded message length too large: found 5702136 bytes, the limit is: 4194304 bytes"
  // tonic: "size limit, of 4194304 bytes, exceeded while decompressing message"
  // grpc-dotnet: "Received message exceeds the maximum configured message size."
  private static let tooLargePhrases: [(phrase: String, limitAfter: [String])] = [
    ("message larger than max", [" vs. ", "larger than max "]),
    ("after decompression larger than max", [" vs. ", "larger than max "]),
    ("message exceeds maximum size", ["maximum size "]),
    ("message length too large", ["the limit is: "]),
    ("exceeded while decompressing message", ["size limit, of "]),
    ("exceeds the maximum configured message size", []),
  ]
  // The answer of a proxy with its own limit: HTTP 413 (nginx), or a gRPC status with the text of 413 (Envoy).
  private static let tooLargePrefixes = [
    "http status 413", "payload too large", "request entity too large", "content too large",
  ]

  /// - Parameter message: The message of the failure, sanitized.
  static func meaning(of result: GRPCResult, message: String) -> AttemptFailure.Meaning {
    switch result.cause {
    case .server: ofStatus(result, message)
    case .transport where result.fate == .neverProcessed: .notProcessed
    // A reset isn't a statement about the data; these codes refuse the connection itself.
    case .transport: result.code == .permissionDenied || result.code == .unknown ? .drop : .retry
    case .connect, .deadline, .cancelled, .protocolViolation: ofCode(result.code)
    }
  }

  private static func ofStatus(_ result: GRPCResult, _ message: String) -> AttemptFailure.Meaning {
    switch result.code {
    case .unknown where isProxyLimit(message): return .tooLarge(limit: nil)
    case .resourceExhausted, .outOfRange: return sizeRefusal(message) ?? ofCode(result.code)
    // An HTTP status such as 404 comes from a proxy and concerns the path (5.1.16).
    case .unimplemented where !message.hasPrefix("HTTP status ") && !result.acceptedEncodings.contains("gzip"):
      return .encodingRefused
    case .unauthenticated: return .unauthenticated
    case .invalidArgument: return .badData
    case .unavailable: return .unavailable
    default: return ofCode(result.code)
    }
  }

  /// The OTLP specification's table (1.4).
  private static func ofCode(_ code: GRPCStatusCode) -> AttemptFailure.Meaning {
    switch code {
    case .cancelled, .deadlineExceeded, .aborted, .outOfRange, .unavailable, .dataLoss: .retry
    case .resourceExhausted: .retryIfTold
    default: .drop
    }
  }

  private static func isProxyLimit(_ message: String) -> Bool {
    let message = message.lowercased()
    return tooLargePrefixes.contains { message.hasPrefix($0) }
  }

  private static func sizeRefusal(_ message: String) -> AttemptFailure.Meaning? {
    let message = message.lowercased()
    guard let (_, limitAfter) = tooLargePhrases.first(where: { message.contains($0.phrase) }) else { return nil }
    return .tooLarge(limit: limitAfter.lazy.compactMap { number(in: message, after: $0) }.first)
  }

  private static func number(in text: String, after words: String) -> Int? {
    guard let range = text.firstRange(of: words) else { return nil }
    return Int(text[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
  }
}

/// Reads from a status whether the server refuses the request for its size, and what size it takes. Each server says it in
/// words of its own; the code alone doesn't tell (RULES D1).
package enum MessageLimit {
  /// What a status says of the size.
  package enum Finding: Hashable, Sendable {
    /// Nothing.
    case notTooLarge
    /// The message is too large; the limit in bytes, if the words name one.
    case tooLarge(limit: Int?)
  }

  // grpc-go, grpcio, grpc-node: "received message larger than max (5702136 vs. 4194304)"
  // grpc-go after decompression: "received message after decompression larger than max 4194304"
  // grpc-java: "gRPC message exceeds maximum size 4194304: 5702136"
  // tonic: "decoded message length too large: found 5702136 bytes, the limit is: 4194304 bytes"
  // tonic: "size limit, of 4194304 bytes, exceeded while decompressing message"
  // grpc-dotnet: "Received message exceeds the maximum configured message size."
  private static let phrases: [(words: String, limitAfter: [String])] = [
    ("message larger than max", [" vs. ", "larger than max "]),
    ("after decompression larger than max", [" vs. ", "larger than max "]),
    ("message exceeds maximum size", ["maximum size "]),
    ("message length too large", ["the limit is: "]),
    ("exceeded while decompressing message", ["size limit, of "]),
    ("exceeds the maximum configured message size", []),
  ]

  package static func read(_ failure: AttemptFailure, messageBytes: Int) -> Finding {
    guard failure.origin == .server else { return .notTooLarge }
    if failure.code == StatusTable.unknown, isProxys(failure) { return .tooLarge(limit: nil) }
    guard failure.code == StatusTable.resourceExhausted || failure.code == StatusTable.outOfRange else {
      return .notTooLarge
    }
    let message = failure.message.lowercased()
    guard let phrase = phrases.first(where: { message.contains($0.words) }) else { return .notTooLarge }
    let limit = phrase.limitAfter.lazy.compactMap { number(in: message, after: $0) }.first
    // A limit that the message keeps to would only bring it back the same.
    return .tooLarge(limit: limit.flatMap { (1..<max(messageBytes, 1)).contains($0) ? $0 : nil })
  }

  /// What a proxy with a limit of its own answers: HTTP 413 as it is (nginx), or as a gRPC status with its words (Envoy).
  private static func isProxys(_ failure: AttemptFailure) -> Bool {
    if failure.message.hasPrefix("HTTP status 413") { return true }
    let message = failure.message.lowercased()
    return ["payload too large", "request entity too large", "content too large"].contains { message.hasPrefix($0) }
  }

  private static func number(in text: String, after words: String) -> Int? {
    guard let range = text.firstRange(of: words) else { return nil }
    return Int(text[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
  }
}

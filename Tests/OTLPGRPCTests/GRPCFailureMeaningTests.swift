import GRPCClient
import HTTP2Transport
import OTLPExport
import OTLPGRPC
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct GRPCFailureMeaningTests {
  private func meaning(
    _ code: Int, _ message: String = "no", cause: GRPCResult.Cause = .server, acceptedEncodings: [String] = []
  ) -> AttemptFailure.Meaning? {
    let result = GRPCResult(
      code: GRPCStatusCode(rawValue: code), message: message, cause: cause, fate: .unknown,
      acceptedEncodings: acceptedEncodings)
    guard case .failure(let failure) = GRPCExportClient.read(result) else { return nil }
    return failure.meaning
  }

  @Test("the codes of the server by the OTLP specification's table", arguments: 1...17)
  func codes(code: Int) {  // 1.4
    let expected: AttemptFailure.Meaning =
      switch code {
      case 1, 4, 10, 11, 15: .retry
      case 14: .unavailable
      case 8: .retryIfTold
      case 3: .badData
      case 12: .encodingRefused
      case 16: .unauthenticated
      default: .drop
      }
    #expect(meaning(code) == expected)
  }

  @Test("a code from this side doesn't mean overload, bad data or refused credentials", arguments: 1...16)
  func localCodes(code: Int) {
    let expected: AttemptFailure.Meaning =
      switch code {
      case 1, 4, 10, 11, 14, 15: .retry
      case 8: .retryIfTold
      default: .drop
      }
    for cause in [GRPCResult.Cause.connect, .deadline, .cancelled, .protocolViolation] {
      #expect(meaning(code, cause: cause) == expected)
    }
  }

  @Test("a lost stream is retried whatever its code, unless the connection itself is refused")
  func transport() {
    for code in 1...16 {
      #expect(meaning(code, cause: .transport) == (code == 7 || code == 2 ? .drop : .retry))
      let result = GRPCResult(
        code: GRPCStatusCode(rawValue: code), message: "", cause: .transport, fate: .neverProcessed)
      guard case .failure(let failure) = GRPCExportClient.read(result) else { continue }
      #expect(failure.meaning == .notProcessed)
    }
  }

  @Test(
    "each server's text for a message that is too large (RULES D1; pain 4)",
    arguments: [
      (8, "grpc: received message larger than max (5702136 vs. 4194304)", 4_194_304),  // grpc-go
      (8, "grpc: received message after decompression larger than max (5702136 vs. 4194304)", 4_194_304),
      (8, "grpc: received message after decompression larger than max 4194304", 4_194_304),
      (8, "Received message larger than max (5702136 vs. 4194304)", 4_194_304),  // grpcio
      (8, "SERVER: Received message larger than max (5702136 vs. 4194304)", 4_194_304),
      (8, "gRPC message exceeds maximum size 4194304: 5702136", 4_194_304),  // grpc-java
      (8, "Decompressed gRPC message exceeds maximum size 4194304", 4_194_304),
      (11, "Error, decoded message length too large: found 5702136 bytes, the limit is: 4194304 bytes", 4_194_304),
      (8, "Error decompressing: size limit, of 4194304 bytes, exceeded while decompressing message", 4_194_304),
      (8, "Received message exceeds the maximum configured message size.", nil),  // grpc-dotnet
      (2, "HTTP status 413 without grpc-status, content-type text/html", nil),  // nginx
      (2, "Payload Too Large", nil),  // Envoy
      (2, "Request Entity Too Large", nil),  // Envoy, older
      (8, "received message larger than max", nil),
      (8, "received message larger than max (5702136 vs. 99999999999999999999999)", nil),
    ] as [(Int, String, Int?)])
  func tooLarge(code: Int, message: String, limit: Int?) {
    #expect(meaning(code, message) == .tooLarge(limit: limit))
  }

  @Test(arguments: [
    (2, "HTTP status 418 without grpc-status"), (2, "the payload too large for us"), (13, "Payload Too Large"),
    (8, "out of memory"), (8, "message rate limit exceeded"),
    (8, "quota exceeds maximum"), (8, ""),
    (13, "received message larger than max (5702136 vs. 4194304)"),
    (3, "received message larger than max (5702136 vs. 4194304)"),
  ])
  func otherTextsFollowTheTable(code: Int, message: String) {  // 1.4.3
    #expect(meaning(code, message) == meaning(code))
  }

  @Test func unimplementedMeansTheEncodingUnlessTheServerAcceptsItOrAProxyAnswered() {  // 5.1.16
    #expect(meaning(12, acceptedEncodings: ["identity"]) == .encodingRefused)
    #expect(meaning(12, acceptedEncodings: ["identity", "gzip"]) == .drop)
    #expect(meaning(12, "HTTP status 404 without grpc-status") == .drop)
  }
}

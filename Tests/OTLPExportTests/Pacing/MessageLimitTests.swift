import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// What servers say when a request is too large for them, each in its own words (RULES D1; pain 4).
@Suite(.ownThreads) struct MessageLimitTests {
  @Test(
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
      (8, "received message larger than max (5702136 vs. 99999999)", nil),  // a limit that it would fit into
      (8, "received message larger than max (5702136 vs. 0)", nil),
      (8, "received message larger than max (5702136 vs. 99999999999999999999999)", nil),
    ] as [(Int, String, Int?)])
  func recognized(code: Int, message: String, limit: Int?) {
    var driver = RetryDriver(random: TestGenerator.lowest)
    #expect(driver.fail(.server(code, message)) == .split(limit: limit))
    #expect(driver.fail(.server(code, message, retryInfo: .some(.seconds(1)))) == .split(limit: limit))
  }

  @Test(arguments: [
    (2, "HTTP status 418 without grpc-status"), (2, "the payload too large for us"), (13, "Payload Too Large"),
    (8, "out of memory"), (8, "message rate limit exceeded"),
    (8, "quota exceeds maximum"), (8, ""),
    (13, "received message larger than max (5702136 vs. 4194304)"),
    (3, "received message larger than max (5702136 vs. 4194304)"),
  ])
  func otherRefusalsFollowTheTable(code: Int, message: String) {  // 1.4.3
    var driver = RetryDriver(random: TestGenerator.lowest)
    #expect(driver.fail(.server(code, message)) == .giveUp(.refused))
  }

  @Test func gzipThatIsNotUnderstoodIsLeftOutOnce() {  // 5.1.16, RULES D5
    var driver = RetryDriver(random: TestGenerator.lowest)
    driver.request.isCompressed = true
    #expect(driver.fail(.server(12, acceptedEncodings: ["identity"])) == .resendUncompressed)
    driver.request.isCompressed = false
    #expect(driver.fail(.server(12)) == .giveUp(.refused))
  }

  @Test func unimplementedForAnotherReasonIsFinal() {
    var driver = RetryDriver(random: TestGenerator.lowest)
    #expect(driver.fail(.server(12)) == .giveUp(.refused))
    driver.request.isCompressed = true
    #expect(driver.fail(.server(12, acceptedEncodings: ["identity", "gzip"])) == .giveUp(.refused))
    // A proxy's 404 is about the path.
    #expect(driver.fail(.server(12, "HTTP status 404 without grpc-status")) == .giveUp(.refused))
  }
}

import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct MessageReaderTests {
  private func result(
    _ body: [UInt8], encoding: String? = nil, limit: Int = 100, inflater: (any MessageInflater)? = FakeInflater()
  ) -> GRPCResult {
    let headers = encoding.map { [("grpc-encoding", $0)] as Fields } ?? []
    return classify(
      answer([("grpc-status", "0")], headers: headers, body: body), limit: limit, inflater: inflater)
  }

  @Test("OK is a success without a message too, and in a Trailers-Only response (RULES D18)")
  func noMessage() {
    for response in [
      answer([("grpc-status", "0")], body: []), answer([], headers: [("grpc-status", "0")], body: []),
    ] {
      let result = classify(response)
      #expect(result.code == .ok && result.cause == .server && result.fate == .processed && result.body.isEmpty)
    }
  }

  @Test("OK with more than one message is UNIMPLEMENTED (5.2.11)")
  func cardinality() {
    #expect(result([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).code == .unimplemented)
    #expect(result([0, 0, 0, 0, 1, 7, 0]).code == .unimplemented)
  }

  @Test(
    "unknown flags and truncated messages are INTERNAL (5.2.10)",
    arguments: [[2, 0, 0, 0, 0], [255], [0], [0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 3, 1, 2]] as [[UInt8]])
  func damaged(body: [UInt8]) {
    let result = result(body)
    #expect(result.code == .internal)
    #expect(result.cause == .protocolViolation)
    #expect(result.isLocal)
    #expect(result.fate == .processed)
  }

  @Test("a prefix above the limit is RESOURCE_EXHAUSTED (5.2.13)")
  func tooLarge() {
    #expect(result([0, 0, 0, 0, 3, 1, 2, 3], limit: 3).body == [1, 2, 3])
    #expect(result([0, 0, 0, 0, 4, 1, 2, 3, 4], limit: 3).code == .resourceExhausted)
    #expect(result([0, 255, 255, 255, 255], limit: 3).code == .resourceExhausted)
  }

  @Test("a compressed message needs a known encoding (5.2.9)")
  func compressed() {
    #expect(result([1, 0, 0, 0, 1, 4], encoding: "gzip").body == [0, 0, 0, 0])
    #expect(result([1, 0, 0, 0, 1, 4]).code == .internal)
    #expect(result([1, 0, 0, 0, 1, 4], encoding: "identity").code == .internal)
    #expect(result([1, 0, 0, 0, 1, 4], encoding: "zstd").code == .internal)
    #expect(result([1, 0, 0, 0, 1, 4], encoding: "gzip", inflater: nil).code == .internal)
    #expect(result([1, 0, 0, 0, 2, 4, 4], encoding: "gzip").code == .internal)
    #expect(result([1, 0, 0, 0, 0], encoding: "gzip").code == .internal)
  }

  @Test("a message may be uncompressed under grpc-encoding gzip (5.1.13)")
  func uncompressed() { #expect(result([0, 0, 0, 0, 1, 4], encoding: "gzip").body == [4]) }

  @Test("an inflated message above the limit is RESOURCE_EXHAUSTED (5.2.13)")
  func inflatedTooLarge() {
    #expect(result([1, 0, 0, 0, 1, 101], encoding: "gzip").code == .resourceExhausted)
    #expect(result([1, 0, 0, 0, 1, 100], encoding: "gzip").code == .ok)
  }

  @Test("any other status than OK ignores the message (5.2.15)")
  func ignored() {
    let result = classify(answer([("grpc-status", "3")], body: [9, 9]))
    #expect(result.code == .invalidArgument)
    #expect(result.cause == .server)
  }
}

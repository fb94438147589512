import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct ReceivedHeadersTests {
  @Test("the first value, all values and the absence of a field are found")
  func headers() {
    let headers = ReceivedHeaders([("a", "1"), ("b", ""), ("a", "2")])
    #expect(headers.value(for: "a") == "1")
    #expect(headers.values(for: "a") == ["1", "2"])
    #expect(headers.value(for: "b") == "")
    #expect(headers.value(for: "c") == nil)
    #expect(headers.withValue(for: "a") { Array($0) } == [0x31])
    #expect(ReceivedHeaders().isEmpty)
  }
}

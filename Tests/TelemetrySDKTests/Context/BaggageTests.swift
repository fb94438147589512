import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct BaggageTests {
  @Test func entriesAreSetReplacedAndRemoved() {
    var baggage: Baggage = ["user": "1", "tenant": "é", "user": "2"]
    #expect(baggage.map(\.name) == ["user", "tenant"] && baggage["user"] == "2" && baggage["User"] == nil)
    baggage.set(.init("user", "3", metadata: "ttl=1"))
    #expect(baggage[0] == .init("user", "3", metadata: "ttl=1"))
    baggage["user"] = "4"
    #expect(baggage[0].metadata == "" && baggage.count == 2)
    baggage["user"] = nil
    baggage["absent"] = nil
    #expect(baggage == ["tenant": "é"])
  }

  @Test func anEmptyNameIsIgnoredAndAnEmptyValueKept() {
    var baggage = Baggage()
    baggage[""] = "1"
    #expect(baggage.isEmpty)
    baggage["a"] = ""
    #expect(baggage["a"] == "" && Baggage([.init("", "x"), .init("b", "y")]).count == 1)
  }

  @Test func copiesAreIndependent() {
    let first: Baggage = ["a": "1"]
    var second = first
    second["a"] = "2"
    #expect(first["a"] == "1")
  }
}

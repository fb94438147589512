import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct TraceStateSamplingTests {
  @Test func theThresholdIsRead() {
    #expect(TraceState("ot=th:0")?.threshold?.value == 0)
    #expect(TraceState("ot=p:8;th:c;rv:1")?.threshold?.value == 0xC0_0000_0000_0000)
    for header in ["ot=th:", "ot=th:0123456789abcde", "ot=th:xyz", "ot=xth:8", "foo=th:8", "ot=p:8"] {
      #expect(TraceState(header)?.threshold == nil)
    }
  }

  @Test func theRandomnessHasFourteenDigits() {
    #expect(TraceState("ot=rv:00000000000001")?.randomness == 1)
    #expect(TraceState("ot=th:8;rv:fedcba98765432,x=1")?.randomness == 0xFE_DCBA_9876_5432)
    for header in ["ot=rv:1", "ot=rv:0000000000000g", "ot=rv:000000000000001", "ot=th:8", "x=rv:00000000000001"] {
      #expect(TraceState(header)?.randomness == nil)
    }
  }

  @Test("setting the threshold keeps every other part")
  func setting() throws {
    let eighth = try #require(SamplingThreshold("8"))
    let state = try #require(TraceState("vendor=1,ot=p:8;th:c;rv:0123456789abcd"))
    #expect(state.withThreshold(eighth).description == "ot=th:8;p:8;rv:0123456789abcd,vendor=1")
    #expect(state.withThreshold(nil).description == "ot=p:8;rv:0123456789abcd,vendor=1")
    #expect(TraceState().withThreshold(eighth).description == "ot=th:8")
    #expect(TraceState("ot=th:8,a=1")?.withThreshold(nil).description == "a=1")
    #expect(TraceState("a=1,ot=p:1")?.withThreshold(nil).description == "a=1,ot=p:1")
  }

  @Test func theRandomnessIsSetOnce() {
    #expect(TraceState().withRandomness(0xFF01).description == "ot=rv:0000000000ff01")
    let state = TraceState("a=1,ot=th:8")?.withRandomness(.max)
    #expect(state?.description == "ot=th:8;rv:ffffffffffffff,a=1" && state?.randomness == 0xFF_FFFF_FFFF_FFFF)
    #expect(state?.withRandomness(1) == state)
  }

  @Test func anEntryThatWouldBeTooLongStaysAsItIs() throws {
    let full = "ot=" + String(repeating: "x", count: 254)
    let state = try #require(TraceState(full))
    #expect(state.withThreshold(SamplingThreshold("8")).description == full)
    let old = try #require(TraceState("ot=th:8;" + String(repeating: "x", count: 250)))
    #expect(old.withThreshold(SamplingThreshold("88888888")).description == "ot=" + String(repeating: "x", count: 250))
  }
}

import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct SpanContextTests {
  @Test func aContextIsValidWithBothIDs() {
    let context = SpanContext.example()
    #expect(context.isValid && context.isSampled && !context.isRemote && context.traceState.isEmpty)
    var other = context
    other.traceID = .invalid
    #expect(!other.isValid && other != context)
    other = context
    other.spanID = .invalid
    #expect(!other.isValid && !SpanContext.invalid.isValid && SpanContext.invalid.flags == [])
  }

  @Test func theDescriptionIsLowercaseHexadecimal() {
    #expect(
      SpanContext.example(flags: [.sampled, .random]).description
        == "12345678901234567890123456789012-1234567890123456-03")
    #expect(TraceFlags(rawValue: 0xAB).description == "ab" && TraceFlags().description == "00")
  }

  @Test("the flags of a link have bit 8, and bit 9 if the other span is remote")
  func wireFlags() {
    #expect(SpanContext.example().wireFlags == 0x101)
    #expect(SpanContext.example(flags: [.random], isRemote: true).wireFlags == 0x302)
  }

  @Test("a context has at most 40 bytes, since every span holds one")
  func size() { #expect(MemoryLayout<SpanContext>.stride == 40) }
}

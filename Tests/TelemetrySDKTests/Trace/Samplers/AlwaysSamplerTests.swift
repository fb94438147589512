import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct AlwaysSamplerTests {
  @Test func onSamplesAndOffDropsWhateverTheParent() {
    for parent in [SpanContext.invalid, .example(), .example(flags: []), .example(isRemote: true)] {
      #expect(AlwaysOnSampler().ask(parent: parent) == SamplingResult(.recordAndSample))
      #expect(AlwaysOffSampler().ask(parent: parent) == SamplingResult(.drop))
    }
    #expect("\(AlwaysOnSampler())" == "AlwaysOnSampler" && "\(AlwaysOffSampler())" == "AlwaysOffSampler")
  }

  @Test("the recording sampler turns a drop into a record alone")
  func alwaysRecord() {
    #expect(AlwaysRecordSampler(AlwaysOffSampler()).ask().decision == .recordOnly)
    #expect(AlwaysRecordSampler(AlwaysOnSampler()).ask().decision == .recordAndSample)
    let custom = CustomSampler(result: SamplingResult(.recordOnly, attributes: ["a": 1], traceState: TraceState("b=2")))
    #expect(AlwaysRecordSampler(custom).ask() == custom.result)
    #expect("\(AlwaysRecordSampler(AlwaysOffSampler()))" == "AlwaysRecord{AlwaysOffSampler}")
  }

  @Test func aResultHasNoAttributesAndKeepsTheTraceStateByDefault() {
    let result = SamplingResult(.drop)
    #expect(result.attributes.isEmpty && result.traceState == nil)
  }
}

/// A sampler as a user writes one.
struct CustomSampler: Sampler {
  var result: SamplingResult
  var description = "Custom"

  func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult { result }
}

import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct ParentBasedSamplerTests {
  @Test func theDefaultsFollowTheParent() {
    let sampler = ParentBasedSampler(root: AlwaysOffSampler())
    #expect(sampler.ask().decision == .drop)
    for isRemote in [false, true] {
      #expect(sampler.ask(parent: .example(isRemote: isRemote)).decision == .recordAndSample)
      #expect(sampler.ask(parent: .example(flags: [], isRemote: isRemote)).decision == .drop)
      #expect(sampler.ask(parent: .example(flags: .random, isRemote: isRemote)).decision == .drop)
    }
    #expect(ParentBasedSampler(root: AlwaysOnSampler()).ask().decision == .recordAndSample)
  }

  @Test("each kind of parent has its own sampler")
  func delegates() {
    func named(_ name: String) -> CustomSampler {
      CustomSampler(result: SamplingResult(.drop, attributes: ["name": .string(name)]), description: name)
    }
    let sampler = ParentBasedSampler(
      root: named("a"), remoteParentSampled: named("b"), remoteParentNotSampled: named("c"),
      localParentSampled: named("d"), localParentNotSampled: named("e"))
    let parents: [SpanContext] = [
      .invalid, .example(isRemote: true), .example(flags: [], isRemote: true), .example(), .example(flags: []),
    ]
    let names = parents.map { sampler.ask(parent: $0).attributes["name"] as String? }
    #expect(names == ["a", "b", "c", "d", "e"])
    #expect(
      "\(sampler)"
        == "ParentBased{root:a,remoteParentSampled:b,remoteParentNotSampled:c,localParentSampled:d,"
        + "localParentNotSampled:e}")
  }

  @Test func aParentWithoutSpanIDCountsAsNone() {
    var parent = SpanContext.example()
    parent.spanID = .invalid
    #expect(ParentBasedSampler(root: AlwaysOffSampler()).ask(parent: parent).decision == .drop)
  }
}

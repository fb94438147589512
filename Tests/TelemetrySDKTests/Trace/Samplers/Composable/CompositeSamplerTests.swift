import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct CompositeSamplerTests {
  private static let (high, low) = (TraceID(high: 1, low: .max), TraceID(high: 1, low: 0))

  private func ask(
    _ sampler: any ComposableSampler, _ traceID: TraceID, parent: SpanContext = .invalid, name: String = "span",
    attributes: Attributes = [:]
  ) -> SamplingResult {
    CompositeSampler(sampler, diagnostics: .silent).shouldSample(
      parent: parent, context: TraceContext(parent), traceID: traceID, name: name, kind: .internal,
      attributes: attributes, links: [])
  }

  private func parent(_ state: String, flags: TraceFlags = [.sampled, .random]) -> SpanContext {
    .example(flags: flags, traceState: TraceState(state)!)
  }

  @Test("all, none and a share are sampled, and the threshold of sampled spans is written")
  func basics() throws {
    #expect(ask(ComposableAlwaysOn(), Self.low).traceState?.description == "ot=th:0")
    #expect(ask(ComposableAlwaysOff(), Self.high) == SamplingResult(.drop, traceState: TraceState()))
    let half = try ComposableProbability(ratio: 0.5)
    #expect(ask(half, Self.high).decision == .recordAndSample && ask(half, Self.low).decision == .drop)
    #expect(ask(half, Self.high).traceState?.description == "ot=th:8")
    let explicit = ask(half, Self.high, parent: parent("ot=rv:00000000000000;th:0,a=b"))
    #expect(explicit.decision == .drop && explicit.traceState?.description == "ot=rv:00000000000000,a=b")
  }

  @Test("the parent's threshold counts, else its flag, which gives no threshold")
  func parentThreshold() throws {
    let sampler = ComposableParentThreshold(root: try ComposableProbability(ratio: 0.5))
    #expect(ask(sampler, Self.high).traceState?.description == "ot=th:8" && ask(sampler, Self.low).decision == .drop)
    let inherited = ask(sampler, Self.low, parent: parent("ot=th:4;rv:50000000000000"))
    #expect(inherited.decision == .recordAndSample && inherited.traceState?.description == "ot=th:4;rv:50000000000000")
    let flagged = ask(sampler, Self.low, parent: parent("a=b"))
    #expect(flagged.decision == .recordAndSample && flagged.traceState?.description == "a=b")
    #expect(ask(sampler, Self.high, parent: parent("a=b", flags: .random)).decision == .drop)
  }

  @Test("the first rule that applies counts, and without any the span is dropped")
  func rules() throws {
    let sampler = ComposableRuleBased([
      .init("health", ComposableAlwaysOff()) { $0.attributes["http.route"] == "/healthz" },
      .init("checkout", ComposableAlwaysOn()) { $0.name == "checkout" && $0.kind == .internal && $0.links.isEmpty },
      .init("tenant", ComposableAlwaysOn()) { $0.context.baggage["tenant"] == "acme" && !$0.parent.isValid },
    ])
    #expect(ask(sampler, Self.high, name: "checkout").decision == .recordAndSample)
    #expect(ask(sampler, Self.high, name: "checkout", attributes: ["http.route": "/healthz"]).decision == .drop)
    #expect(ask(sampler, Self.high, name: "other").decision == .drop)
    #expect(
      "\(CompositeSampler(ComposableParentThreshold(root: sampler)))"
        == "CompositeSampler{ComposableParentThreshold{root:ComposableRuleBased{health:ComposableAlwaysOff,"
        + "checkout:ComposableAlwaysOn,tenant:ComposableAlwaysOn}}}")
  }

  @Test("attributes are added to sampled spans alone; the outer ones replace the inner ones")
  func annotations() {
    let inner = ComposableAnnotating(["a": 1, "b": 1], ComposableAlwaysOn())
    #expect(ask(ComposableAnnotating(["b": 2], inner), Self.high).attributes == ["a": 1, "b": 2])
    #expect(ask(ComposableAnnotating(["a": 1], ComposableAlwaysOff()), Self.high).attributes == [:])
  }

  /// Wishes a fixed threshold.
  private struct Wish: ComposableSampler {
    var intent: SamplingIntent
    let description = "Wish"
    func samplingIntent(for span: SamplingParameters) -> SamplingIntent { intent }
  }

  @Test("a threshold that isn't reliable is compared with a number of its own, and isn't written")
  func unreliable() {
    let half = Wish(intent: SamplingIntent(threshold: 1 << 55, isThresholdReliable: false))
    let results = (0..<1000).map { _ in ask(half, Self.low, parent: parent("ot=th:0,a=b")) }
    #expect((350...650).contains(results.count { $0.decision == .recordAndSample }))
    #expect(results.allSatisfy { $0.traceState?.description == "a=b" })
    #expect(ask(Wish(intent: SamplingIntent(threshold: 1 << 56)), Self.high).decision == .drop)
  }

  @Test func aTraceStateCanBeProvided() {
    var intent = SamplingIntent(threshold: 0)
    intent.traceState = { state, decision in
      var state = state
      state.set(decision == .drop ? "no" : "yes", for: "mine")
      return state
    }
    #expect(
      ask(Wish(intent: intent), Self.low, parent: parent("a=b")).traceState?.description == "ot=th:0,mine=yes,a=b")
  }

  @Test func ratiosOutsideOfTheRangeAreRefused() {
    for ratio in [0, -1, 1.1, .nan] {
      #expect(throws: ConfigurationError.self) { try ComposableProbability(ratio: ratio) }
    }
    #expect(throws: Never.self) { try ComposableProbability(ratio: 0x1p-56) }
  }

  @Test func aParentWithoutRandomFlagIsWarnedAboutOnce() throws {
    let warnings = CollectedWarnings()
    let sampler = CompositeSampler(try ComposableProbability(ratio: 0.5), diagnostics: warnings.diagnostics)
    for _ in 0..<3 { _ = sampler.ask(parent: .example(flags: .sampled)) }
    #expect(warnings.count == 1 && warnings.lines[0].contains("CompositeSampler"))
  }
}

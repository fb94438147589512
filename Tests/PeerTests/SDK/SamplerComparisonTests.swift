import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestSupport
import Testing

extension PeerTests {
  /// Our samplers beside those of the SDK for Python.
  @Suite(.enabled(if: Peers.hasPython, "Tests/run makes .venv"))
  struct SamplerComparisonTests {
    private static let count = 5000

    /// A new span about which both sides decide.
    private struct Question {
      let plan: SamplerPlan
      var parent: SpanContext
      let traceID: TraceID
      let isRandom: Bool
      let name: String

      init(_ plan: SamplerPlan, _ random: inout SeededRandom) {
        self.plan = plan
        parent = random.oneIn(4) ? .invalid : random.spanContext()
        traceID = parent.isValid ? parent.traceID : TraceID(high: random.word(), low: random.word())
        isRandom = random.oneIn(2)
        name = random.element(["a", "b", "c", "d"])
      }

      var json: String {
        JSONWriter.object { writer in
          writer.object("sampler") { plan.write(into: &$0) }
          writer.object("parent") { if parent.isValid { parent.write(into: &$0) } }
          writer.field("trace", "\(traceID)")
          writer.field("random", isRandom)
          writer.field("name", name)
        }
      }
    }

    @Test("ratios, always-samplers and parent-based samplers with any delegates decide as Python's")
    func decisions() async throws {
      let questions = (0..<Self.count).map { seed in
        var random = SeededRandom(seed: UInt64(seed))
        return Question(.random(&random, depth: 0), &random)
      }
      let answers = try await SDKPeer.answers("samplers", to: questions.map(\.json))
      var recorded = 0
      for (seed, question) in questions.enumerated() {
        let span = try Self.start(question)
        let state = SDKPeer.text(span.context.traceState.description)
        let ours = "\(span.context) state=\(state) recording=\(span.isRecording ? 1 : 0)"
        #expect(ours == answers[seed], "seed \(seed): \(question)")
        if span.isRecording { recorded += 1 }
        span.end()
      }
      #expect(recorded > Self.count / 4 && recorded < Self.count * 3 / 4)
    }

    private static func start(_ question: Question) throws -> RecordingSpan {
      let provider = try TracerProvider(
        resource: .empty, sampler: try question.plan.sampler(),
        idGenerator: FixedIDs(question.traceID, SpanID(7), isRandom: question.isRandom),
        processors: [InertProcessor()], diagnostics: .silent)
      return provider.tracer("test").startSpan("span", parent: TraceContext(question.parent))
    }

    @Test("probability and composite samplers decide and write thresholds as Python's, by random ids and by `rv`")
    func probability() async throws {
      let questions = (0..<Self.count).map { seed in
        var random = SeededRandom(seed: UInt64(seed))
        let plan: SamplerPlan =
          seed.isMultiple(of: 2)
          ? .probability(random.thresholdRatio()) : .composite(.random(&random, depth: 0))
        var question = Question(plan, &random)
        if question.parent.isValid { question.parent.traceState.set(Self.otelEntry(&random), for: "ot") }
        return question
      }
      let answers = try await SDKPeer.answers("samplers", to: questions.map(\.json))
      var keptThresholds = 0
      for (seed, question) in questions.enumerated() {
        let result = try question.plan.sampler().shouldSample(
          parent: question.parent, context: TraceContext(question.parent), traceID: question.traceID,
          name: question.name,
          kind: .internal, attributes: [:], links: [])
        var state = result.traceState ?? question.parent.traceState
        if result.decision == .drop { #expect(state.threshold == nil) }
        if state["ot"] == nil, Self.isThresholdAlone(question.parent.traceState["ot"]) {
          // Known difference: Python leaves the entry if it would become empty; `th` must go with a negative decision, and
          // if it isn't reliable (RULES 4.3.7).
          state = question.parent.traceState
          keptThresholds += 1
        }
        let decision = result.decision == .drop ? "DROP" : "RECORD_AND_SAMPLE"
        #expect(
          "\(decision) state=\(Self.sorted(state))" == Self.sortedAnswer(answers[seed]), "seed \(seed): \(question)")
      }
      #expect(keptThresholds > 0)
    }

    private static func otelEntry(_ random: inout SeededRandom) -> String {
      var parts: [String] = []
      if random.oneIn(2) {
        parts.append("th:" + random.text(random.oneIn(8) ? "xyz" : "0123456789abcdef", length: 1...14))
      }
      if random.oneIn(2) {
        parts.append("rv:" + (random.oneIn(2) ? "ffff" : "0000") + random.text("0123456789abcdef", length: 10...10))
      }
      if random.oneIn(3) || parts.isEmpty { parts.append("a:" + random.text("ab1", length: 1...5)) }
      return parts.joined(separator: ";")
    }

    private static func isThresholdAlone(_ entry: String?) -> Bool {
      entry?.split(separator: ";").allSatisfy { $0.hasPrefix("th:") } ?? false
    }

    /// The state with members and values in an order of ours: Python moves the entry to the front, changed or not.
    private static func sorted(_ state: TraceState) -> String {
      state.members.map { member in
        "\(member.key)=\(member.value.split(separator: ";").sorted().joined(separator: ";"))"
      }.sorted().joined(separator: ",")
    }

    private static func sortedAnswer(_ answer: Substring) -> String {
      let parts = answer.split(separator: " ", maxSplits: 1)
      let state = TraceState(PercentEncoding.text(parts[1].dropFirst("state=".count))) ?? TraceState()
      return "\(parts[0]) state=\(sorted(state))"
    }
  }
}

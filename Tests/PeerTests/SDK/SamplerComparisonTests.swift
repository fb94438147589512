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

      init(_ plan: SamplerPlan, _ random: inout SeededRandom) {
        self.plan = plan
        parent = random.oneIn(4) ? .invalid : random.spanContext()
        traceID = parent.isValid ? parent.traceID : TraceID(high: random.word(), low: random.word())
        isRandom = random.oneIn(2)
      }

      var json: String {
        JSONWriter.object { writer in
          writer.object("sampler") { plan.write(into: &$0) }
          writer.object("parent") { if parent.isValid { parent.write(into: &$0) } }
          writer.field("trace", "\(traceID)")
          writer.field("random", isRandom)
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

    @Test("the probability sampler decides and writes its threshold as Python's, by random ids and by `rv`")
    func probability() async throws {
      let questions = (0..<Self.count).map { seed in
        var random = SeededRandom(seed: UInt64(seed))
        var question = Question(.probability(Self.ratio(&random)), &random)
        if question.parent.isValid { question.parent.traceState.set(Self.otelEntry(&random), for: "ot") }
        return question
      }
      let answers = try await SDKPeer.answers("samplers", to: questions.map(\.json))
      var keptThresholds = 0
      for (seed, question) in questions.enumerated() {
        let result = try question.plan.sampler().shouldSample(
          parent: question.parent, context: TraceContext(question.parent), traceID: question.traceID, name: "span",
          kind: .internal, attributes: [:], links: [])
        var state = result.traceState ?? question.parent.traceState
        if result.decision == .drop, Self.isThresholdAlone(question.parent.traceState["ot"]) {
          // Known difference: Python leaves the entry if it would become empty; `th` must go with a negative decision
          // (RULES 4.3.7).
          #expect(state["ot"] == nil)
          state = question.parent.traceState
          keptThresholds += 1
        }
        let decision = result.decision == .drop ? "DROP" : "RECORD_AND_SAMPLE"
        #expect(
          "\(decision) state=\(Self.sorted(state))" == Self.sortedAnswer(answers[seed]), "seed \(seed): \(question)")
      }
      #expect(keptThresholds > 0)
    }

    /// A ratio whose threshold has at most four digits behind the leading `f`: ours has no more, Python's has 14.
    private static func ratio(_ random: inout SeededRandom) -> Double {
      let digits = 4 + random.below(6)
      return Double(1 + random.below(1 << (random.oneIn(3) ? 4 : 16)) % (1 << 16 - 1))
        * .init(
          sign: .plus, exponent: -4 * digits, significand: 1)
    }

    private static func otelEntry(_ random: inout SeededRandom) -> String {
      var parts: [String] = []
      if random.oneIn(2) { parts.append("th:" + random.text("0123456789abcdef", length: 1...14)) }
      if random.oneIn(8) { parts.append("th:" + random.text("xyz", length: 1...3)) }
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

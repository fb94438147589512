import OTLPWire
import TelemetryCore
import TelemetrySDK

/// A sampler that both sides can make.
indirect enum SamplerPlan {
  case on
  case off
  case ratio(Double)
  case probability(Double)
  case composite(ComposablePlan)
  case record(SamplerPlan)
  /// The root, and delegates for sampled and unsampled, remote and local parents; nil for the default.
  case parentBased(SamplerPlan, [SamplerPlan?])

  private static let delegates = [
    "remote_parent_sampled", "remote_parent_not_sampled", "local_parent_sampled", "local_parent_not_sampled",
  ]

  static func random(_ random: inout SeededRandom, depth: Int) -> SamplerPlan {
    switch random.below(depth < 2 ? 7 : 4) {
    case 0: return .on
    case 1: return .off
    case 2: return .ratio(random.element([0, 1, 0.5, 0.1, 1e-3, 0x1p-56, 1 - 0x1p-53]))
    case 3: return .ratio(random.fraction())
    case 4: return .record(.random(&random, depth: depth + 1))
    default:
      let root = SamplerPlan.random(&random, depth: depth + 1)
      let others = delegates.map { _ in
        random.oneIn(2) ? nil : SamplerPlan.random(&random, depth: depth + 1)
      }
      return .parentBased(root, others)
    }
  }

  func sampler() throws -> any Sampler {
    switch self {
    case .on: return AlwaysOnSampler()
    case .off: return AlwaysOffSampler()
    case .ratio(let ratio): return try TraceIDRatioSampler(ratio: ratio, diagnostics: .silent)
    case .probability(let ratio): return try ProbabilitySampler(ratio: ratio, diagnostics: .silent)
    case .composite(let plan): return CompositeSampler(try plan.sampler(), diagnostics: .silent)
    case .record(let root): return AlwaysRecordSampler(try root.sampler())
    case .parentBased(let root, let others):
      var sampler = ParentBasedSampler(root: try root.sampler())
      if let plan = others[0] { sampler.remoteParentSampled = try plan.sampler() }
      if let plan = others[1] { sampler.remoteParentNotSampled = try plan.sampler() }
      if let plan = others[2] { sampler.localParentSampled = try plan.sampler() }
      if let plan = others[3] { sampler.localParentNotSampled = try plan.sampler() }
      return sampler
    }
  }

  /// Writes the fields from which the peer makes the same sampler.
  func write(into writer: inout JSONWriter) {
    switch self {
    case .on: writer.field("kind", "on")
    case .off: writer.field("kind", "off")
    case .ratio(let ratio):
      writer.field("kind", "ratio")
      writer.field("ratio", Hexadecimal.text(ratio.bitPattern))
    case .probability(let ratio):
      writer.field("kind", "probability")
      writer.field("ratio", Hexadecimal.text(ratio.bitPattern))
    case .composite(let plan):
      writer.field("kind", "composite")
      writer.object("delegate") { plan.write(into: &$0) }
    case .record(let root):
      writer.field("kind", "record")
      writer.object("root") { root.write(into: &$0) }
    case .parentBased(let root, let others):
      writer.field("kind", "parent")
      writer.object("root") { root.write(into: &$0) }
      for (name, plan) in zip(Self.delegates, others) {
        if let plan { writer.object(name) { plan.write(into: &$0) } }
      }
    }
  }
}

/// Gives the same ids again and again, or those that a test sets.
final class FixedIDs: IDGenerator {
  private let ids: Locked<(TraceID, SpanID)>
  let makesRandomTraceIDs: Bool

  init(_ traceID: TraceID = .invalid, _ spanID: SpanID = .invalid, isRandom: Bool) {
    ids = Locked((traceID, spanID))
    makesRandomTraceIDs = isRandom
  }

  func set(_ traceID: TraceID, _ spanID: SpanID) { ids.withLock { $0 = (traceID, spanID) } }
  func makeTraceID() -> TraceID { ids.withLock { $0.0 } }
  func makeSpanID() -> SpanID { ids.withLock { $0.1 } }
}

/// Makes a provider record spans, and does nothing else.
struct InertProcessor: SpanProcessor {
  func onEnd(_ span: RecordingSpan) {}
}

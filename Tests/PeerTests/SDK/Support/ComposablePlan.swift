import OTLPWire
import TelemetryCore
import TelemetrySDK

/// A composable sampler that both sides can make.
indirect enum ComposablePlan {
  case on
  case off
  case ratio(Double)
  case parentThreshold(ComposablePlan)
  /// Samplers for spans of these names, and for all others.
  case rules([(name: String, plan: ComposablePlan)])

  static func random(_ random: inout SeededRandom, depth: Int) -> ComposablePlan {
    switch random.below(depth < 3 ? 6 : 3) {
    case 0: return .on
    case 1: return .off
    case 2: return .ratio(random.thresholdRatio())
    case 3: return .parentThreshold(.random(&random, depth: depth + 1))
    default:
      return .rules(
        (0..<(1 + random.below(3))).map { _ in (random.element(["a", "b", "c"]), .random(&random, depth: depth + 1)) })
    }
  }

  func sampler() throws -> any ComposableSampler {
    switch self {
    case .on: return ComposableAlwaysOn()
    case .off: return ComposableAlwaysOff()
    case .ratio(let ratio): return try ComposableProbability(ratio: ratio)
    case .parentThreshold(let root): return ComposableParentThreshold(root: try root.sampler())
    case .rules(let rules):
      return ComposableRuleBased(
        try rules.map { rule in
          let name = rule.name
          return .init(name, try rule.plan.sampler()) { $0.name == name }
        })
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
    case .parentThreshold(let root):
      writer.field("kind", "parent")
      writer.object("root") { root.write(into: &$0) }
    case .rules(let rules):
      writer.field("kind", "rules")
      writer.array("rules", rules) { writer, rule in
        writer.object { writer in
          writer.field("name", rule.name)
          writer.object("sampler") { rule.plan.write(into: &$0) }
        }
      }
    }
  }
}

extension SeededRandom {
  /// A ratio whose threshold has at most four digits behind the leading `f`: ours has no more, Python's has 14.
  mutating func thresholdRatio() -> Double {
    let digits = 4 + below(6)
    return Double(1 + below(1 << (oneIn(3) ? 4 : 16)) % (1 << 16 - 1))
      * .init(sign: .plus, exponent: -4 * digits, significand: 1)
  }
}

package import TelemetrySDK

// Reading self-metrics in tests.
extension SelfMetrics {
  /// The sum of the points without `error.type`.
  package func succeeded(_ name: String) -> Int { sums(name)[""] ?? 0 }

  /// The sums of the points with `error.type`, by its value.
  package func failed(_ name: String) -> [String: Int] { sums(name).filter { !$0.key.isEmpty } }

  /// The sum of all points.
  package func total(_ name: String) -> Int { sums(name).values.reduce(0, +) }

  /// The number in a component's name, if the name begins with the component's type (4.13.1).
  package static func componentNumber(_ attributes: Attributes) -> Int? {
    guard case .string(let type)? = attributes["otel.component.type"],
      case .string(let name)? = attributes["otel.component.name"], name.hasPrefix(type + "/")
    else { return nil }
    return Int(name.dropFirst(type.count + 1))
  }

  private func sums(_ name: String) -> [String: Int] {
    var sums: [String: Int] = [:]
    for point in self[name]?.points ?? [] {
      var type = ""
      if case .string(let text)? = point.attributes["error.type"] { type = text }
      switch point.value {
      case .sum(let value): sums[type, default: 0] += value
      case .histogram(let count, _): sums[type, default: 0] += count
      }
    }
    return sums
  }
}

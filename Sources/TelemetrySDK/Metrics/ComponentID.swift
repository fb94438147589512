internal import TelemetryCore

/// Identifies a component in metrics by `otel.component.type` and `otel.component.name`. The name numbers the
/// components of a type in this process from 0 (RULES 4.13.1).
package struct ComponentID: Sendable, Hashable {
  package let type: String
  package let name: String

  private static let counts = Locked<[String: Int]>([:])

  package init(type: String) {
    let number = ComponentID.counts.withLock { counts in
      let number = counts[type, default: 0]
      counts[type] = number + 1
      return number
    }
    self.type = type
    name = "\(type)/\(number)"
  }

  /// The attributes of each metric point.
  package var attributes: Attributes {
    ["otel.component.type": .string(type), "otel.component.name": .string(name)]
  }
}

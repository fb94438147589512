internal import TelemetryCore

/// What tells a component's metrics from those of others: `otel.component.type`, and `otel.component.name`, which
/// counts the components of the type in this process from 0 (4.13.1).
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

  /// As each point carries them.
  package var attributes: Attributes {
    ["otel.component.type": .string(type), "otel.component.name": .string(name)]
  }
}

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

extension DropReason {
  /// `error.type`: one of few words (4.13.3). A queue that is full in bytes is a full queue.
  package var errorType: String {
    switch self {
    case .queueFull, .byteBudget: "queue_full"
    case .timeout: "timeout"
    case .shutdown: "shutdown"
    case .afterShutdown: "already_shutdown"
    case .tooLarge: "too_large"
    case .refused: "refused"
    case .unreachable: "unreachable"
    default: "_OTHER"
    }
  }
}

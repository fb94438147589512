import Synchronization
import TelemetryCore

/// Keeps the events that a handler receives.
final class CollectedWarnings: Sendable {
  private let events = Mutex<[DiagnosticEvent]>([])

  var diagnostics: Diagnostics { Diagnostics { event in self.events.withLock { $0.append(event) } } }
  var count: Int { events.withLock { $0.count } }
  var lines: [String] { events.withLock { $0.map(\.description) } }
}

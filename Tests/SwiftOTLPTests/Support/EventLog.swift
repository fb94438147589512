import Synchronization
import TelemetryCore

/// Keeps the diagnostics of a test.
final class EventLog: Sendable {
  private let events = Mutex<[DiagnosticEvent]>([])

  var all: [DiagnosticEvent] { events.withLock { $0 } }
  var lines: [String] { all.map(\.description) }
  var diagnostics: Diagnostics { Diagnostics { event in self.events.withLock { $0.append(event) } } }
}

import Synchronization
import TelemetryCore

/// Records diagnostics.
final class EventLog: Sendable {
  private let kept = Mutex<[DiagnosticEvent]>([])
  var events: [DiagnosticEvent] { kept.withLock { $0 } }
  var diagnostics: Diagnostics { Diagnostics { event in self.kept.withLock { $0.append(event) } } }
  var text: String { events.map { "\($0)" }.joined(separator: "\n") }
}

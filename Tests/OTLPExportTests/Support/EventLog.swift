import Synchronization
import TelemetryCore

/// Keeps the diagnostics that it gets.
final class EventLog: Sendable {
  private let kept = Mutex<[DiagnosticEvent]>([])

  var events: [DiagnosticEvent] { kept.withLock { $0 } }

  var diagnostics: Diagnostics {
    Diagnostics { event in self.kept.withLock { $0.append(event) } }
  }
}

extension [(name: String, value: String)] {
  subscript(name: String) -> String? { first { $0.name == name }?.value }
}

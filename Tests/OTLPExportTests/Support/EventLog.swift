import Synchronization
import TelemetryCore

/// Records diagnostics.
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

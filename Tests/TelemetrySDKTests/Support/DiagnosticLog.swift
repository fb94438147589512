import Synchronization
import TelemetryCore

/// Records diagnostic events.
final class DiagnosticLog: Sendable {
  private let events = Mutex<[DiagnosticEvent]>([])
  var all: [DiagnosticEvent] { events.withLock { $0 } }
  var messages: [String] { all.map(\.message) }
  var diagnostics: Diagnostics { Diagnostics { event in self.events.withLock { $0.append(event) } } }

  func fields(_ message: String) -> [String: String] {
    let event = all.first { $0.message == message }
    return Dictionary((event?.fields ?? []).map { ($0.name, $0.value) }) { first, _ in first }
  }
}

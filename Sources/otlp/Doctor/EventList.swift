internal import Synchronization
package import TelemetryCore

/// Collects the warnings of the libraries.
package final class EventList: Sendable {
  private let events = Mutex<[DiagnosticEvent]>([])

  package init() {}

  package var all: [DiagnosticEvent] { events.withLock { $0 } }

  package var diagnostics: Diagnostics {
    Diagnostics(minimumLevel: .warning) { event in self.events.withLock { $0.append(event) } }
  }
}

internal import Synchronization
package import TelemetryCore

/// Keeps the last of the exporter's diagnostics about failed exports, which the command reports at the end. Passes on all
/// other diagnostics.
package final class FailureLog: Sendable {
  private let base: Diagnostics
  private let state = Mutex<String?>(nil)

  package init(_ base: Diagnostics) { self.base = base }

  /// The last failure.
  package var last: String? { state.withLock { $0 } }

  /// The diagnostics for the exporter.
  package var diagnostics: Diagnostics {
    Diagnostics { [self] event in
      guard event.level >= .warning, Self.isAboutDelivery(event) else {
        return base.emit(event.level, event.message, event.fields)
      }
      if let text = Self.text(event) { state.withLock { $0 = text } }
    }
  }

  /// True for a failed export and for the end of failures, but not for the failure of a single item.
  private static func isAboutDelivery(_ event: DiagnosticEvent) -> Bool {
    let names = event.fields.map(\.name)
    if names.contains("name") { return false }
    if names.contains("server"), names.contains("reason") { return true }
    if let rejected = event.fields.first(where: { $0.name == "rejected" }) { return rejected.value != "0" }
    return ["status", "error", "failedBatches", "afterSeconds"].contains { names.contains($0) }
  }

  private static func text(_ event: DiagnosticEvent) -> String? {
    func value(_ name: String) -> String? { event.fields.first { $0.name == name && !$0.value.isEmpty }?.value }
    if let error = value("error") { return error }
    let parts = [value("status"), value("message"), value("reason")].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ": ")
  }
}

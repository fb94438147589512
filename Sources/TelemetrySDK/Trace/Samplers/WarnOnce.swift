internal import Synchronization

/// A warning that is emitted once, however often the cause occurs. Thread-safe; a repeated call costs a single load.
final class WarnOnce: Sendable {
  private let message: String
  private let diagnostics: Diagnostics
  private let isEmitted = Atomic(false)

  init(_ message: String, _ diagnostics: Diagnostics) {
    self.message = message
    self.diagnostics = diagnostics
  }

  func emit() {
    guard !isEmitted.load(ordering: .relaxed), !isEmitted.exchange(true, ordering: .relaxed) else { return }
    diagnostics.emit(.warning, message)
  }
}

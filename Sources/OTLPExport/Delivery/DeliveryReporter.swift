internal import TelemetryCore
internal import TelemetrySDK

/// Reports exports in diagnostics: the first failure after success, recovery with counts, and losses, never a line per item
/// (RULES 4.12). Part of an actor.
struct DeliveryReporter {
  private let diagnostics: Diagnostics
  private let server: String
  private var failedAttempts = 0
  private var droppedItems = 0
  private var failingSince: MonotonicInstant?
  private var suspendedSince: MonotonicInstant?

  /// - Parameter diagnostics: Diagnostics that limit the rate of repeated events.
  init(server: String, diagnostics: Diagnostics) {
    self.server = server
    self.diagnostics = diagnostics
  }

  /// An attempt failed. Without another attempt, ``dropped(_:_:_:)`` reports the loss.
  mutating func attemptFailed(_ failure: AttemptFailure, willRetry: Bool, at now: MonotonicInstant) {
    failedAttempts += 1
    guard failingSince == nil else { return }
    failingSince = now
    guard willRetry else { return }
    diagnostics.emit(
      .warning, "an export failed and is tried again",
      [("endpoint", server), ("status", failure.status), ("message", failure.message)])
  }

  mutating func attemptSucceeded(at now: @autoclosure () -> MonotonicInstant) {
    guard let since = failingSince else { return }
    let seconds = (now() - since).clampedNanoseconds / 1_000_000_000
    diagnostics.emit(
      .info, "exports succeed again",
      [
        ("endpoint", server), ("afterSeconds", "\(seconds)"), ("failedAttempts", "\(failedAttempts)"),
        ("dropped", "\(droppedItems)"),
      ])
    failedAttempts = 0
    droppedItems = 0
    failingSince = nil
  }

  /// The circuit opened.
  mutating func suspended(_ failure: AttemptFailure?, at now: MonotonicInstant) {
    suspendedSince = now
    diagnostics.emit(
      .warning, "the server fails; exports wait, and one at a time tries it",
      [("endpoint", server), ("status", failure?.status ?? ""), ("message", failure?.message ?? "")])
  }

  /// The circuit closed.
  mutating func resumed(at now: MonotonicInstant) {
    guard let since = suspendedSince else { return }
    suspendedSince = nil
    let seconds = (now - since).clampedNanoseconds / 1_000_000_000
    diagnostics.emit(
      .info, "the server answers; exports go on", [("endpoint", server), ("afterSeconds", "\(seconds)")])
  }

  /// The processor warns of the loss once for every exporter: the outcome carries the count and the error.
  mutating func dropped(_ count: Int, _ reason: DropReason, _ error: OTLPError) {
    droppedItems += count
    diagnostics.emit(
      .debug, "items were dropped",
      [("endpoint", server), ("count", "\(count)"), ("reason", "\(reason)"), ("error", error.message)])
  }

  /// The server accepted a request with a message (1.3.4, 1.3.6). The processor warns of rejected items.
  func partialSuccess(rejected: Int, of count: Int, _ message: String) {
    diagnostics.emit(
      rejected > 0 ? .debug : .warning,
      rejected > 0 ? "the server rejected items" : "the server took the items with a warning",
      [("endpoint", server), ("rejected", "\(rejected)"), ("count", "\(count)"), ("message", message)])
  }

  /// Names the item that is too large alone (1.1.8).
  func tooLarge(_ name: String, bytes: Int, limit: Int?) {
    diagnostics.emit(
      .warning, "a single item is too large to be sent",
      [("endpoint", server), ("name", name), ("bytes", "\(bytes)")] + (limit.map { [("limit", "\($0)")] } ?? []))
  }

  /// Names the item that the server refuses alone.
  func refused(_ name: String, _ failure: AttemptFailure) {
    diagnostics.emit(
      .warning, "the server refuses a single item",
      [("endpoint", server), ("name", name), ("status", failure.status), ("message", failure.message)])
  }

  func learned(limit: Int) {
    diagnostics.emit(
      .info, "the server takes smaller requests only; batches are split",
      [("endpoint", server), ("limit", "\(limit)")])
  }

  func compressionRefused() {
    diagnostics.emit(
      .warning, "the server doesn't take gzip; requests are sent without compression", [("endpoint", server)])
  }
}

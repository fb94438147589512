internal import OTLPExport
internal import TelemetryCore

extension AttemptFailure {
  /// The bytes of a request can't be turned into rows.
  static let unreadableRequest = AttemptFailure(
    .badData, status: "INVALID_ARGUMENT", message: "the items can't be turned into rows", origin: .protocolViolation,
    fate: .neverProcessed)

  /// The exporter was shut down before the attempt.
  static let databaseIsShutDown = AttemptFailure(
    .retry, status: "CANCELLED", message: "the exporter was shut down", origin: .cancelled, fate: .neverProcessed,
    isUnconnected: true)
}

extension Diagnostics {
  /// Rows that are too old can't be deleted, so the database grows.
  func emitRetentionFailed(_ place: String, _ status: String, _ message: String) {
    emit(
      .warning, "rows that are too old can't be deleted; the database grows until they can",
      [("endpoint", place), ("status", status), ("message", message)])
  }
}

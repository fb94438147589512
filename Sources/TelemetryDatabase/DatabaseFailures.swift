internal import OTLPExport

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

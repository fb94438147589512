internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// What the metrics of one export need besides its outcome.
struct ExportRecord {
  let start: MonotonicInstant
  /// Of request messages, as they went to a connection.
  private(set) var bytes = 0
  /// The status of the last attempt; nil while there is none.
  private(set) var status: String?
  /// Items that were given up, by `error.type`; nil while there are none.
  private(set) var failures: [String: Int]?
  /// The last of those types.
  private(set) var errorType: String?

  init(start: MonotonicInstant) { self.start = start }

  /// A piece of the batch is settled, or is to be replaced by `parts`.
  mutating func add(_ delivery: Delivery, hasParts: Bool, _ outcome: ExportOutcome) {
    bytes += delivery.bytes
    guard !delivery.isAccepted else {
      status = ExportRecord.accepted
      return
    }
    if let failure = delivery.lastFailure { status = failure.status }
    if !hasParts { lose(delivery.request.itemCount, ExportRecord.errorType(outcome.error)) }
  }

  private mutating func lose(_ count: Int, _ type: String) {
    failures = failures ?? [:]
    failures?[type, default: 0] += count
    errorType = type
  }

  static let accepted = "OK"

  /// `error.type`: the status of an answer that forbids a retry, else what kept the items from it (4.13.3).
  static func errorType(_ error: (any Error)?) -> String {
    guard let error = error as? OTLPError else { return "_OTHER" }
    switch error.code {
    case .refused: return error.status ?? "_OTHER"
    case .timeout: return "timeout"
    case .unreachable: return "unreachable"
    case .tls: return "tls"
    case .headerProvider: return "header_provider"
    case .tooLarge: return "too_large"
    case .shutdown: return "shutdown"
    default: return "_OTHER"
    }
  }
}

/// The reason why items were dropped. Later versions may add reasons.
public struct DropReason: Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// The index in ``allCases``.
  let index: Int

  private init(_ index: Int) { self.index = index }

  /// The queue held `maxQueueSize` items.
  public static var queueFull: DropReason { DropReason(0) }
  /// Queue and exports held `maxQueueBytes`.
  public static var byteBudget: DropReason { DropReason(1) }
  /// The export timeout passed.
  public static var timeout: DropReason { DropReason(2) }
  /// Shutdown's deadline passed before the items were delivered.
  public static var shutdown: DropReason { DropReason(3) }
  /// The items ended after shutdown.
  public static var afterShutdown: DropReason { DropReason(4) }
  /// A single item exceeds the server's limit.
  public static var tooLarge: DropReason { DropReason(5) }
  /// The server's answer forbids a retry.
  public static var refused: DropReason { DropReason(6) }
  /// No connection was established before the deadline.
  public static var unreachable: DropReason { DropReason(7) }
  /// A user's exporter failed.
  public static var exporterFailed: DropReason { DropReason(8) }

  /// All reasons of this version.
  public static let allCases = names.indices.map { DropReason($0) }

  private static let names = [
    "queueFull", "byteBudget", "timeout", "shutdown", "afterShutdown", "tooLarge", "refused", "unreachable",
    "exporterFailed",
  ]

  /// The reason with a name, or nil if this version has no such reason.
  public init?(rawValue: String) {
    guard let index = DropReason.names.firstIndex(of: rawValue) else { return nil }
    self.init(index)
  }

  /// The name in ledgers and JSON.
  public var rawValue: String { DropReason.names[index] }

  /// The name in ledgers and JSON.
  public var description: String { rawValue }
}

extension DropReason {
  /// The low-cardinality value of `error.type` (RULES 4.13.3). Both bounds of the queue share one value.
  package var errorType: String {
    switch self {
    case .queueFull, .byteBudget: "queue_full"
    case .timeout: "timeout"
    case .shutdown: "shutdown"
    case .afterShutdown: "already_shutdown"
    case .tooLarge: "too_large"
    case .refused: "refused"
    case .unreachable: "unreachable"
    default: "_OTHER"
    }
  }
}

/// Why items never reached the back end. There may be more reasons in later versions.
public struct DropReason: Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// The reason's place in ``allCases``.
  let index: Int

  private init(_ index: Int) { self.index = index }

  /// The queue held `maxQueueSize` items.
  public static var queueFull: DropReason { DropReason(0) }
  /// The byte budget was spent.
  public static var byteBudget: DropReason { DropReason(1) }
  /// The export timeout passed.
  public static var timeout: DropReason { DropReason(2) }
  /// Shutdown's deadline passed before they were delivered.
  public static var shutdown: DropReason { DropReason(3) }
  /// They ended after shutdown.
  public static var afterShutdown: DropReason { DropReason(4) }
  /// A single item exceeds what the server takes.
  public static var tooLarge: DropReason { DropReason(5) }
  /// The server's answer forbids a retry.
  public static var refused: DropReason { DropReason(6) }
  /// No connection came about before the deadline.
  public static var unreachable: DropReason { DropReason(7) }
  /// A custom exporter failed.
  public static var exporterFailed: DropReason { DropReason(8) }

  /// The reasons that this version knows.
  public static let allCases = names.indices.map { DropReason($0) }

  private static let names = [
    "queueFull", "byteBudget", "timeout", "shutdown", "afterShutdown", "tooLarge", "refused", "unreachable",
    "exporterFailed",
  ]

  /// The reason of a name; nil if this version has none of that name.
  public init?(rawValue: String) {
    guard let index = DropReason.names.firstIndex(of: rawValue) else { return nil }
    self.init(index)
  }

  /// The name that ledgers and JSON use.
  public var rawValue: String { DropReason.names[index] }

  /// The name that ledgers and JSON use.
  public var description: String { rawValue }
}

extension DropReason {
  /// `error.type`: one of few words (4.13.3). A queue that is full in bytes is a full queue.
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

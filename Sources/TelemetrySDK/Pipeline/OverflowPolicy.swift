/// Determines what happens to an item that finds the queue full, in items or in bytes. Later versions may add policies.
public struct OverflowPolicy: Sendable, Hashable, CustomStringConvertible {
  enum Kind: Sendable, Hashable {
    case dropNewest
    case dropOldest
    case block(upTo: Duration)
  }

  let kind: Kind

  /// Drops the new item; the default.
  public static var dropNewest: OverflowPolicy { OverflowPolicy(kind: .dropNewest) }

  /// Drops the oldest queued items to make room.
  public static var dropOldest: OverflowPolicy { OverflowPolicy(kind: .dropOldest) }

  /// Blocks the caller until there is room, for at most `limit`, then drops the new item. Callers get room in the order of
  /// their calls.
  ///
  /// The telemetry thread of the processor or its exporter never waits, since it makes the room: there the new item is
  /// dropped at once. Threads of other telemetry loops wait like any other thread.
  public static func block(upTo limit: Duration) -> OverflowPolicy { OverflowPolicy(kind: .block(upTo: limit)) }

  /// The policy as in source code.
  public var description: String {
    switch kind {
    case .dropNewest: "dropNewest"
    case .dropOldest: "dropOldest"
    case .block(let limit): "block(upTo: \(limit))"
    }
  }
}

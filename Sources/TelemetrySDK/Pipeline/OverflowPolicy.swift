/// What a processor does with an item that finds the queue full, in items or in bytes. There may be more policies in
/// later versions.
public struct OverflowPolicy: Sendable, Hashable, CustomStringConvertible {
  enum Kind: Sendable, Hashable {
    case dropNewest
    case dropOldest
    case block(upTo: Duration)
  }

  let kind: Kind

  /// The new item is dropped; the default.
  public static var dropNewest: OverflowPolicy { OverflowPolicy(kind: .dropNewest) }

  /// The oldest queued items are dropped to make room.
  public static var dropOldest: OverflowPolicy { OverflowPolicy(kind: .dropOldest) }

  /// The caller waits until there is room, at most so long; then the new item is dropped. Callers get room in the order
  /// in which they came.
  ///
  /// The telemetry thread that the processor or its exporter lives on never waits, since it makes the room: there the new
  /// item is dropped at once. Threads of other loops wait as any other thread does, such as that of a
  /// `withTelemetryRuntime` job whose processor lives elsewhere.
  public static func block(upTo limit: Duration) -> OverflowPolicy { OverflowPolicy(kind: .block(upTo: limit)) }

  /// The policy as it is written.
  public var description: String {
    switch kind {
    case .dropNewest: "dropNewest"
    case .dropOldest: "dropOldest"
    case .block(let limit): "block(upTo: \(limit))"
    }
  }
}

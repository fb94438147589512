/// What a processor does with an item that finds the queue full, in items or in bytes.
public enum OverflowPolicy: Sendable, Hashable {
  /// The new item is dropped; the default.
  case dropNewest
  /// The oldest queued items are dropped to make room.
  case dropOldest
  /// The caller waits until there is room, at most so long; then the new item is dropped. On a telemetry thread,
  /// which would wait for itself, nothing waits and the new item is dropped at once.
  case block(upTo: Duration)
}

/// When a ``BatchProcessor`` exports, and how much it holds.
public struct BatchConfiguration: Sendable, Hashable {
  /// The most items that wait; 1 to 16,777,216, default 2048, `OTEL_BSP_MAX_QUEUE_SIZE`.
  public var maxQueueSize = 2048
  /// How long the first queued item waits for a batch to fill; 0 to 1 day, default 5 s, `OTEL_BSP_SCHEDULE_DELAY` (ms).
  public var scheduleDelay = Duration.seconds(5)
  /// The most items in a batch; 1 to `maxQueueSize`, default 512, `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`.
  public var maxExportBatchSize = 512
  /// How long the export of a batch may take, with all its attempts and pauses; above 0, default 30 s,
  /// `OTEL_BSP_EXPORT_TIMEOUT` (ms, 0 for no limit).
  public var exportTimeout = Duration.seconds(30)
  /// The most bytes, by the items' size bounds, in queue and in flight together; 1 KiB to 64 GiB, default 32 MiB, or
  /// 1 KiB for each item of `maxQueueSize` if that is more: who makes room for more items means them to fit. What lies
  /// ready in the exporter's pools counts too. An export under way may hold up to three times its items' bytes: its
  /// buffer grows by doubling, and the compressed message stands beside it.
  public var maxQueueBytes: Int {
    get { givenQueueBytes ?? max(32 << 20, maxQueueSize << 10) }
    set { givenQueueBytes = newValue }
  }
  /// What happens to an item that finds the queue full; default ``OverflowPolicy/dropNewest``.
  public var overflow = OverflowPolicy.dropNewest

  private var givenQueueBytes: Int?

  static let maxQueueSizeLimit = 1 << 24
  /// As good as no limit: 292 years.
  static let unlimited = Duration.nanoseconds(Int64.max)

  /// The default values.
  public init() {}

  /// Throws a `ConfigurationError` that names the first value outside of its range.
  public func validate() throws(ConfigurationError) {
    try ConfigurationError.require("maxQueueSize", maxQueueSize, in: 1...Self.maxQueueSizeLimit)
    guard (.zero ... .seconds(86_400)).contains(scheduleDelay) else {
      throw ConfigurationError(option: "scheduleDelay", value: "\(scheduleDelay)", allowed: "0 to 1 day")
    }
    guard (1...maxQueueSize).contains(maxExportBatchSize) else {
      throw ConfigurationError(
        option: "maxExportBatchSize", value: "\(maxExportBatchSize)",
        allowed: "1 to maxQueueSize, which is \(maxQueueSize)")
    }
    guard exportTimeout > .zero else {
      throw ConfigurationError(option: "exportTimeout", value: "\(exportTimeout)", allowed: "more than 0")
    }
    try ConfigurationError.require("maxQueueBytes", maxQueueBytes, in: 1024...(64 << 30))
    if case .block(let limit) = overflow, limit < .zero {
      throw ConfigurationError(option: "overflow", value: "block(upTo: \(limit))", allowed: "a time of 0 or more")
    }
  }
}

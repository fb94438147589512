/// When a ``BatchProcessor`` exports, and how much it holds.
///
/// What code sets wins over the environment, which ``apply(environment:diagnostics:)`` reads.
public struct BatchConfiguration: Sendable, Hashable {
  /// The most items that wait; 1 to 16,777,216, default 2048, `OTEL_BSP_MAX_QUEUE_SIZE`. Memory is taken as the queue
  /// fills.
  public var maxQueueSize: Int {
    get { queueSize.value }
    set { queueSize.set(newValue) }
  }
  /// How long the first queued item waits for a batch to fill; 0 to 1 day, default 5 s, `OTEL_BSP_SCHEDULE_DELAY` (ms).
  public var scheduleDelay: Duration {
    get { delay.value }
    set { delay.set(newValue) }
  }
  /// The most items in a batch; 1 to `maxQueueSize`, default 512 or `maxQueueSize` if that is less,
  /// `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`.
  public var maxExportBatchSize: Int {
    get { batchSize.value ?? min(Self.standardBatchSize, maxQueueSize) }
    set { batchSize.set(newValue) }
  }
  /// The most bytes in a batch, by the items' size bounds; 1 KiB to 1 GiB, default 4 MiB less 64 KiB: with its resource
  /// and scopes a batch then fits into the 4 MiB that a Collector takes unless it is told otherwise. An item that alone
  /// is larger makes a batch of its own.
  public var maxExportBatchBytes = 4 << 20 - 64 << 10
  /// How long the export of a batch may take, with all its attempts and pauses; above 0, default 30 s,
  /// `OTEL_BSP_EXPORT_TIMEOUT` (ms, 0 for no limit). With this package's exporters the time of an outage (no connection,
  /// no answer, a failure that may be tried again and no answer since, a pause that the server asked for) doesn't count,
  /// unless the server answered others meanwhile: what can't be sent waits in the queue. One attempt takes no longer.
  public var exportTimeout: Duration {
    get { timeout.value }
    set { timeout.set(newValue) }
  }
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

  var queueSize = Setting(Self.standardQueueSize)
  var delay = Setting(Duration.seconds(5))
  var batchSize = Setting<Int?>(nil)
  var timeout = Setting(Duration.seconds(30))
  private var givenQueueBytes: Int?

  static let maxQueueSizeLimit = 1 << 24
  static let standardQueueSize = 2048
  static let standardBatchSize = 512
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
    try ConfigurationError.require("maxExportBatchBytes", maxExportBatchBytes, in: 1024...(1 << 30))
    guard exportTimeout > .zero else {
      throw ConfigurationError(option: "exportTimeout", value: "\(exportTimeout)", allowed: "more than 0")
    }
    try ConfigurationError.require("maxQueueBytes", maxQueueBytes, in: 1024...(64 << 30))
    if case .block(let limit) = overflow.kind, limit < .zero {
      throw ConfigurationError(option: "overflow", value: "\(overflow)", allowed: "a time of 0 or more")
    }
  }
}

extension BatchConfiguration {
  /// Takes over the `OTEL_BSP_*` variables of `environment`, for what code hasn't set. A value that can't be used is named
  /// in a warning and ignored (RULES 2.6, 4.7); so is a batch size above the queue size.
  public mutating func apply(environment: [String: String], diagnostics: Diagnostics = .standardError) {
    let reader = Environment(environment, diagnostics: diagnostics)
    if let (variable, milliseconds) = reader.integer(["OTEL_BSP_SCHEDULE_DELAY"], in: 0...86_400_000) {
      delay.fill(.milliseconds(milliseconds), from: variable)
    }
    if let (variable, milliseconds) = reader.integer(["OTEL_BSP_EXPORT_TIMEOUT"], in: 0...Int(Int32.max)) {
      timeout.fill(milliseconds == 0 ? Self.unlimited : .milliseconds(milliseconds), from: variable)  // 2.6.6
    }
    applySizes(reader)
  }

  private mutating func applySizes(_ reader: Environment) {
    let (queue, batch) = ("OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE")
    if let size = reader.integer(queue, in: 1...Self.maxQueueSizeLimit), !queueSize.isFromCode {
      if batchSize.isFromCode, size < maxExportBatchSize {
        reader.ignored(queue, "\(size)", allowed: "at least the batch size, \(maxExportBatchSize), which is used")
      } else if batchSize.value == nil, size < Self.standardBatchSize, reader.strings([batch]).isEmpty {
        reader.ignored(queue, "\(size)", allowed: "at least the batch size, which is lowered to it")
      }
      queueSize.fill(
        batchSize.isFromCode ? max(size, min(maxExportBatchSize, Self.maxQueueSizeLimit)) : size, from: queue)
    }
    if let size = reader.integer(batch, in: 1...Self.maxQueueSizeLimit), !batchSize.isFromCode {
      if size > maxQueueSize {
        reader.ignored(batch, "\(size)", allowed: "at most the queue size, \(maxQueueSize), which is used")
      }
      batchSize.fill(min(size, maxQueueSize), from: batch)  // 4.7.7
    }
    // A batch size of an earlier environment.
    if !batchSize.isFromCode, let size = batchSize.value, size > maxQueueSize {
      batchSize.fill(maxQueueSize, from: batch)
    }
  }
}

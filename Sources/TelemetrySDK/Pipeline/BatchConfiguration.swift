/// Determines when a ``BatchProcessor`` exports and how much it holds.
///
/// Values set in code take precedence over the environment, which ``apply(environment:diagnostics:)`` reads: `OTEL_BSP_*` for
/// spans, and for log records `OTEL_BLRP_*`.
public struct BatchConfiguration: Sendable, Hashable {
  /// The maximum number of queued items; 1 to 16,777,216, default 2048, `OTEL_BSP_MAX_QUEUE_SIZE`. Memory is allocated
  /// as the queue fills.
  ///
  /// A metric counts with its data points and isn't cut: a queue with room for one point takes it, and then holds up to the
  /// others of its points more. ``maxQueueBytes`` is exact for metrics too.
  public var maxQueueSize: Int {
    get { queueSize.value }
    set { queueSize.set(newValue) }
  }
  /// The maximum time that the first queued item waits for a batch to fill; 0 to 1 day, default 5 s, for log records 1 s,
  /// `OTEL_BSP_SCHEDULE_DELAY` (ms).
  public var scheduleDelay: Duration {
    get { delay.value }
    set { delay.set(newValue) }
  }
  /// The maximum number of items in a batch; 1 to `maxQueueSize`, default 512, or `maxQueueSize` if that is less,
  /// `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`.
  public var maxExportBatchSize: Int {
    get { batchSize.value ?? min(Self.standardBatchSize, maxQueueSize) }
    set { batchSize.set(newValue) }
  }
  /// The maximum number of bytes of a batch's items; 1 KiB to 1 GiB, default 4 MiB less 64 KiB. With
  /// resource and scopes, such a batch fits into the 4 MiB that a Collector accepts by default. A larger item is exported
  /// in a batch of its own.
  public var maxExportBatchBytes = 4 << 20 - 64 << 10
  /// The maximum time for the export of a batch, with all attempts and pauses; above 0, default 30 s,
  /// `OTEL_BSP_EXPORT_TIMEOUT` (ms, 0 for no limit).
  ///
  /// This package's exporters don't count the time of an outage (no connection, no answer, a retryable failure without
  /// an answer since, a pause that the server requested), unless the server answers other requests meanwhile: batches
  /// that can't be sent stay in the queue. A single attempt never exceeds this time.
  public var exportTimeout: Duration {
    get { timeout.value }
    set { timeout.set(newValue) }
  }
  /// The maximum number of bytes of the items in queue and exports together; 1 KiB to 64 GiB, default
  /// 32 MiB, or 1 KiB for each item of `maxQueueSize` if that is more, so that a larger queue can be filled.
  ///
  /// Idle blocks in the pools count too. In addition to these bytes, the block of the last batch has free room, and a running
  /// export holds its compressed message, and a copy of its batch if that has several resources or scopes.
  public var maxQueueBytes: Int {
    get { givenQueueBytes ?? max(32 << 20, maxQueueSize << 10) }
    set { givenQueueBytes = newValue }
  }
  /// The policy for an item that finds the queue full; default ``OverflowPolicy/dropNewest``.
  public var overflow = OverflowPolicy.dropNewest

  var queueSize = Setting(Self.standardQueueSize)
  var delay: Setting<Duration>
  var batchSize = Setting<Int?>(nil)
  var timeout = Setting(Duration.seconds(30))
  private var givenQueueBytes: Int?

  static let maxQueueSizeLimit = 1 << 24
  static let standardQueueSize = 2048
  static let standardBatchSize = 512
  /// Stands for no limit: 292 years.
  static let unlimited = Duration.nanoseconds(Int64.max)

  /// The signal of the items.
  private(set) var signal: OTLPSignal

  /// The default values.
  /// - Parameter signal: The signal of the items, which chooses the names of the variables and the default of
  ///   ``scheduleDelay``; default traces. Metrics have no variables of batches.
  public init(signal: OTLPSignal = .traces) {
    self.signal = signal
    delay = Setting(Self.standardDelay(signal))
  }

  private static func standardDelay(_ signal: OTLPSignal) -> Duration { .seconds(signal == .logs ? 1 : 5) }

  /// The values for a processor of items of `signal`, whose default delay counts.
  func resolved(for signal: OTLPSignal) -> BatchConfiguration {
    guard signal != self.signal else { return self }
    var configuration = self
    configuration.signal = signal
    if delay.source == .standard { configuration.delay = Setting(Self.standardDelay(signal)) }
    return configuration
  }

  /// Checks all values.
  /// - Throws: A `ConfigurationError` that names the first value out of range.
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
  /// Applies the `OTEL_BSP_*` variables of `environment`, or for log records `OTEL_BLRP_*`, to the values that code hasn't set.
  /// An invalid value, or a batch size above the queue size, is ignored with a warning that names the variable and the value
  /// (RULES 2.6, 4.7, 4.14.1).
  public mutating func apply(environment: [String: String], diagnostics: Diagnostics = .standardError) {
    guard let prefix = variablePrefix else { return }
    let reader = Environment(environment, diagnostics: diagnostics)
    if let (variable, milliseconds) = reader.integer(["\(prefix)SCHEDULE_DELAY"], in: 0...86_400_000) {
      delay.fill(.milliseconds(milliseconds), from: variable)
    }
    if let (variable, milliseconds) = reader.integer(["\(prefix)EXPORT_TIMEOUT"], in: 0...Int(Int32.max)) {
      timeout.fill(milliseconds == 0 ? Self.unlimited : .milliseconds(milliseconds), from: variable)  // RULES 2.6.6
    }
    applySizes(reader, prefix)
  }

  /// The prefix of the variables; nil for metrics, which aren't exported by a batch processor.
  package var variablePrefix: String? {
    switch signal {
    case .traces: "OTEL_BSP_"
    case .logs: "OTEL_BLRP_"
    case .metrics: nil
    }
  }

  private mutating func applySizes(_ reader: Environment, _ prefix: String) {
    let (queue, batch) = ("\(prefix)MAX_QUEUE_SIZE", "\(prefix)MAX_EXPORT_BATCH_SIZE")
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
      batchSize.fill(min(size, maxQueueSize), from: batch)  // RULES 4.7.7
    }
    // The batch size may come from an earlier call.
    if !batchSize.isFromCode, let size = batchSize.value, size > maxQueueSize {
      batchSize.fill(maxQueueSize, from: batch)
    }
  }
}

public import TelemetryCore

extension PeriodicMetricReader {
  /// Determines when a reader collects and exports, and how much it holds.
  ///
  /// Values set in code take precedence over the environment, which ``apply(environment:isOTLP:diagnostics:)`` reads.
  public struct Configuration: Sendable, Hashable {
    /// The time between two collections; 1 ms to 1 day, default 60 s, `OTEL_METRIC_EXPORT_INTERVAL` (ms).
    public var interval: Duration {
      get { intervalSetting.value }
      set { intervalSetting.set(newValue) }
    }
    /// The maximum time for a collection, and then for the export of each of its batches, with all attempts and pauses; above 0,
    /// default 30 s, `OTEL_METRIC_EXPORT_TIMEOUT` (ms, 0 for no limit). As ``BatchConfiguration/exportTimeout`` it doesn't
    /// count the time of an outage.
    public var exportTimeout: Duration {
      get { timeoutSetting.value }
      set { timeoutSetting.set(newValue) }
    }
    /// The temporality that the producers are asked for; default ``TemporalityPreference/cumulative``,
    /// `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` for exporters of OTLP.
    public var temporality: TemporalityPreference {
      get { temporalitySetting.value }
      set { temporalitySetting.set(newValue) }
    }
    /// The maximum number of data points in a batch; 1 to 16,777,216, default 16,777,216, which is no limit. A collection with
    /// more is cut, between the data points of a metric if need be.
    public var maxExportBatchSize = BatchConfiguration.maxQueueSizeLimit
    /// The maximum number of bytes of a batch's metrics; 1 KiB to 1 GiB, default 4 MiB less 64 KiB. With
    /// resource and scopes, such a batch fits into the 4 MiB that a Collector accepts by default. A larger data point is exported
    /// in a batch of its own.
    public var maxExportBatchBytes = BatchConfiguration().maxExportBatchBytes
    /// The maximum number of bytes of the collections that wait, during an outage for example, and of those in exports;
    /// 1 KiB to 64 GiB, default 32 MiB. The oldest metrics make room for new ones and count as dropped
    /// (``DropReason/byteBudget``): the newest cumulative points contain the older ones, and of delta points either would
    /// be lost.
    public var maxQueueBytes = 32 << 20

    private var intervalSetting = Setting(Duration.seconds(60))
    private var timeoutSetting = Setting(Duration.seconds(30))
    private var temporalitySetting = Setting(TemporalityPreference.cumulative)

    /// The default values.
    public init() {}

    /// Takes the console's default interval (RULES 3.5.3).
    package mutating func useConsoleInterval() {
      if intervalSetting.source == .standard { intervalSetting = Setting(.seconds(10)) }
    }

    /// Checks all values.
    /// - Throws: A `ConfigurationError` that names the first value out of range.
    public func validate() throws(ConfigurationError) {
      guard (.milliseconds(1) ... .seconds(86_400)).contains(interval) else {
        throw ConfigurationError(option: "interval", value: "\(interval)", allowed: "1 ms to 1 day")
      }
      try ConfigurationError.require(
        "maxExportBatchSize", maxExportBatchSize, in: 1...BatchConfiguration.maxQueueSizeLimit)
      try batches.validate()
    }

    /// Applies `OTEL_METRIC_EXPORT_INTERVAL` and `OTEL_METRIC_EXPORT_TIMEOUT` of `environment`, and if `isOTLP`, for an exporter of
    /// OTLP, `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, to the values that code hasn't set. An invalid value is ignored
    /// with a warning that names the variable and the value (RULES 2.6, 4.15).
    ///
    /// `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION` isn't read: aggregation is the producers' matter.
    public mutating func apply(
      environment: [String: String], isOTLP: Bool = true, diagnostics: Diagnostics = .standardError
    ) {
      let reader = Environment(environment, diagnostics: diagnostics)
      if let (variable, milliseconds) = reader.integer(["OTEL_METRIC_EXPORT_INTERVAL"], in: 1...86_400_000) {
        intervalSetting.fill(.milliseconds(milliseconds), from: variable)
      }
      if let (variable, milliseconds) = reader.integer(["OTEL_METRIC_EXPORT_TIMEOUT"], in: 0...Int(Int32.max)) {
        // RULES 2.6.6
        timeoutSetting.fill(
          milliseconds == 0 ? BatchConfiguration.unlimited : .milliseconds(milliseconds), from: variable)
      }
      if isOTLP, let (variable, preference) = TemporalityPreference.read(reader) {
        temporalitySetting.fill(preference, from: variable)
      }
    }

    /// The configuration of the queue: a collection is exported as soon as it has ended.
    var batches: BatchConfiguration {
      var result = BatchConfiguration()
      result.maxQueueSize = BatchConfiguration.maxQueueSizeLimit
      result.maxExportBatchSize = maxExportBatchSize
      result.maxExportBatchBytes = maxExportBatchBytes
      result.maxQueueBytes = maxQueueBytes
      result.scheduleDelay = .zero
      result.exportTimeout = exportTimeout
      result.overflow = .dropOldest
      return result
    }
  }
}

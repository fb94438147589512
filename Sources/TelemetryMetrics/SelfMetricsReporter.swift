#if Metrics
  public import CoreMetrics
  public import TelemetryCore
  public import TelemetrySDK

  /// Reports the metrics that a pipeline has of itself to swift-metrics. Thread-safe.
  ///
  /// ```swift
  /// let reporter = SelfMetricsReporter { processor.selfMetrics + exporter.selfMetrics }
  /// try await reporter.run()  // until its task is cancelled
  /// ```
  ///
  /// Labels are OpenTelemetry's names (``SelfMetrics``), dimensions the attributes. A counter becomes a `Counter`, an up-down counter
  /// a `Meter`. A histogram has one bucket and becomes two counters: `NAME.count`, the number of observations, and `NAME.sum`.
  public final class SelfMetricsReporter: Sendable {
    private enum Instrument {
      case counter(Counter)
      case floatingPointCounter(FloatingPointCounter)
      case meter(Meter)
    }

    private let factory: any MetricsFactory
    private let collect: @Sendable () -> SelfMetrics
    private let totals = Locked(MetricTotals())
    private let instruments = Locked<[MetricChange.Key: Instrument]>([:])

    /// Makes a reporter; nothing is reported yet.
    /// - Parameters:
    ///   - factory: Makes the instruments; default: that of the metrics system, so bootstrap it before.
    ///   - collect: Gives the metrics; called at each report.
    public init(factory: any MetricsFactory = MetricsSystem.factory, _ collect: @escaping @Sendable () -> SelfMetrics) {
      self.factory = factory
      self.collect = collect
    }

    /// Reports the present values: counters grow by what was counted since the last report, meters are set.
    public func report() {
      let metrics = collect()
      for change in totals.withLock({ $0.changes(to: metrics) }) { apply(change) }
    }

    /// Reports at once, then after each `interval`, and once more when its task is cancelled. Then it returns.
    /// - Parameters:
    ///   - interval: The time between reports; 1 ms to 1 day, default 10 s.
    ///   - runtime: The threads whose clock is used; default: those that all objects share.
    /// - Throws: A `ConfigurationError` for an interval out of range, a `SystemError` if no thread can be started.
    public func run(every interval: Duration = .seconds(10), runtime: TelemetryRuntime = .shared) async throws {
      guard (.milliseconds(1) ... .seconds(86_400)).contains(interval) else {
        throw ConfigurationError(option: "interval", value: "\(interval)", allowed: "1 ms to 1 day")
      }
      let lease = try runtime.acquire()
      defer { lease.end() }
      await run(every: interval, on: lease.loop)
    }

    package func run(every interval: Duration, on loop: TelemetryLoop) async {
      repeat { report() } while await loop.sleep(until: Deadline(loop.now + interval))
      report()
    }

    // No lock is held while the factory and its instruments work.
    private func apply(_ change: MetricChange) {
      switch (instrument(for: change), change.update) {
      case (.counter(let counter), .count(let count)): counter.increment(by: count)
      case (.floatingPointCounter(let counter), .sum(let sum)): counter.increment(by: sum)
      case (.meter(let meter), .level(let level)): meter.set(level)
      default: break
      }
    }

    private func instrument(for change: MetricChange) -> Instrument {
      if let known = instruments.withLock({ $0[change.key] }) { return known }
      let made = make(change)
      return instruments.withLock { instruments in
        if let known = instruments[change.key] { return known }
        instruments[change.key] = made
        return made
      }
    }

    private func make(_ change: MetricChange) -> Instrument {
      let dimensions = change.key.dimensions.map { ($0.name, $0.value) }
      let label = change.key.label
      return switch change.update {
      case .count: .counter(Counter(label: label, dimensions: dimensions, factory: factory))
      case .sum: .floatingPointCounter(FloatingPointCounter(label: label, dimensions: dimensions, factory: factory))
      case .level: .meter(Meter(label: label, dimensions: dimensions, factory: factory))
      }
    }
  }
#endif

internal import COTLPSystem
internal import OTLPWire
public import TelemetryCore
public import TelemetrySDK

/// Writes items as lines of OTLP JSON to a file, to standard output or to another descriptor (RULES 3.4). Thread-safe.
///
/// ```swift
/// let exporter = try OTLPFileExporter<SpanData>(.init(path: "/var/log/shop/traces.jsonl"))
/// let processor = try BatchSpanProcessor(exporter: exporter)
/// ```
///
/// Each batch is one line, a `TracesData`, `LogsData` or `MetricsData`; a file holds one signal. What counts as exported stands in
/// the file as whole lines, also after the process was killed. A full disk, a file that can't be opened or a pipe that nobody
/// reads is an outage: the batch is tried again until the deadline, its time doesn't count as a processor's export timeout, and
/// all other items wait in the queue. Several exporters and processes may write one file.
public final class OTLPFileExporter<Item: BatchItem>: Exporter, LoopExporter {
  /// The exporter's configuration.
  public let configuration: OTLPFileConfiguration
  /// The exporter's loop.
  package let loop: TelemetryLoop?
  private let encoder = ExportRequestEncoder(pooledBuffers: 1)
  private let owner: SharedDelivery<FileDelivery>

  /// Makes an exporter and opens the file, so that a mistake is known now.
  /// - Parameters:
  ///   - configuration: The file and its rotation.
  ///   - runtime: The threads to run on. Writing is done on its blocking threads.
  ///   - diagnostics: Receives the first failure after success, recovery, and what was mended at the end of the file.
  /// - Throws: A `ConfigurationError` for a value out of range; an ``OTLPFileError`` for a file that can't be written, such as a
  ///   folder, a file in a missing folder, without rights or with another signal; a `SystemError` if no thread can be started.
  public convenience init(
    _ configuration: OTLPFileConfiguration = OTLPFileConfiguration(), runtime: TelemetryRuntime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws {
    try self.init(configuration, runtime: runtime, diagnostics: diagnostics) { COTLPSystem_wall_nanoseconds() }
  }

  /// - Parameter now: The wall clock in nanoseconds since 1970.
  package init(
    _ configuration: OTLPFileConfiguration, runtime: TelemetryRuntime = .shared, diagnostics: Diagnostics,
    now: @escaping @Sendable () -> UInt64
  ) throws {
    try configuration.validate()
    self.configuration = configuration
    let place = configuration.fixed
    let output = try place.makeOutput(Item.signal, diagnostics, now: now)
    do throws(FileFailure) {
      try output.open()
    } catch {
      throw error.error
    }
    let lease = try runtime.acquire()
    let loop = lease.loop
    self.loop = loop
    owner = SharedDelivery(
      FileDelivery(output, of: Item.signal, loop: loop, runtime: runtime, diagnostics: diagnostics), lease: lease
    ) {
      let output = try place.makeOutput(Item.signal, diagnostics, now: now)
      return FileDelivery(output, of: Item.signal, loop: loop, runtime: runtime, diagnostics: diagnostics)
    }
  }

  /// The time of an outage doesn't count as export time.
  package var appliesExportTimeout: Bool { true }

  /// The exporter's metrics of itself at this moment, consistent with each other.
  ///
  /// - `otel.sdk.exporter.span.inflight`, `otel.sdk.exporter.span.exported` and `otel.sdk.exporter.operation.duration` (with `log` or
  ///   `metric_data_point` in place of `span`); an operation is a call of ``export(_:deadline:)``.
  /// - `error.type` marks failures: `timeout`, `unreachable` (a descriptor without a reader for good), `shutdown`,
  ///   `already_shutdown`.
  /// - Beyond the conventions: `swift_otlp.exporter.attempts` and `swift_otlp.exporter.request.size`, the bytes of the lines that
  ///   were written. Both change when an export ends.
  ///
  /// In a forked child they begin anew. Specification: semantic conventions, OpenTelemetry SDK metrics (RULES 4.13).
  public var selfMetrics: SelfMetrics { owner.delivery.metrics.snapshot }

  package func share(_ budget: ByteBudget) { encoder.share(budget) }

  /// Writes a batch as one line, by `deadline`. After shutdown nothing is written: all items count as dropped.
  public func export(_ batch: consuming Batch<Item>, deadline: Deadline) async -> ExportOutcome {
    await export(consume batch, within: nil, deadline: deadline)
  }

  /// Writes a batch within `timeout`, in which the time of an outage doesn't count, until `deadline`.
  package func export(
    _ batch: consuming Batch<Item>, timeout: Duration, deadline: Deadline
  ) async -> ExportOutcome {
    await export(consume batch, within: timeout, deadline: deadline)
  }

  private func export(
    _ batch: consuming Batch<Item>, within timeout: Duration?, deadline: Deadline
  ) async -> ExportOutcome {
    let count = batch.encoded.itemCount
    guard batch.count > 0 else { return ExportOutcome() }
    guard let delivery = owner.enter(Item.signal) else {
      owner.delivery.metrics.refused(count)
      return ended(.gaveUp(.shutdown, nil), count, attempts: 0)
    }
    defer { owner.leave() }
    let start = delivery.loop.now
    delivery.metrics.exportBegan(count)
    let line = FileLine(encoder.encode(batch), Item.signal.requestType)
    _ = consume batch
    let (end, attempts) = await delivery.write(line, timeout: timeout, deadline: deadline)
    let outcome = ended(end, count, attempts: attempts)
    // A line is written whole or not at all, so there is one reason at most.
    let failure = outcome.dropped.keys.first?.errorType
    delivery.metrics.exportEnded(
      outcome, bytes: outcome.exported > 0 ? line.text.count : 0, after: delivery.loop.now - start,
      failures: failure.map { [$0: count] }, errorType: failure)
    return outcome
  }

  private func ended(_ end: FileDelivery.End, _ count: Int, attempts: Int) -> ExportOutcome {
    switch end {
    case .written: return ExportOutcome(exported: count, attempts: attempts)
    case .gaveUp(let reason, let failure):
      let message = reason == .shutdown ? "the exporter was shut down before the items were written" : "the time passed"
      return ExportOutcome(dropped: [reason: count], attempts: attempts, error: failure ?? error(message))
    }
  }

  private func error(_ reason: String) -> OTLPFileError { OTLPFileError(configuration.output.description, reason) }

  /// Tries a line that waits again now.
  package func expedite(deadline: Deadline) async {
    guard let delivery = owner.enter(Item.signal) else { return }
    defer { owner.leave() }
    await delivery.expedite()
  }

  /// Waits until the lines that are being written stand in the file. After shutdown this returns at once.
  /// - Returns: False if they don't by `deadline`.
  public func forceFlush(deadline: Deadline) async -> Bool {
    guard let delivery = owner.enter(Item.signal) else { return true }
    defer { owner.leave() }
    return await delivery.flush(deadline: deadline)
  }

  /// Refuses further exports, lets a running one continue until `deadline`, then closes the file. A second call returns at once.
  public func shutdown(deadline: Deadline) async {
    guard let delivery = owner.enter(Item.signal, last: true) else { return }
    defer { owner.leave() }
    await delivery.shutdown(deadline: deadline)
    _ = owner.end(Item.signal)
  }
}

/// A file exporter of spans.
public typealias OTLPFileSpanExporter = OTLPFileExporter<SpanData>

public import TelemetryCore
public import TelemetrySDK

/// Sends the items of one signal over the connections of an OTLP exporter, which all its signals share: its pauses, its limits and
/// its concurrency hold for all of them together (RULES 1.5.9). Thread-safe.
///
/// A shutdown ends this signal only. The connections close when every signal that was asked for has ended.
public final class OTLPSignalExporter<Item: BatchItem>: LoopExporter {
  private let owner: SharedDelivery<Delivery>
  package let loop: TelemetryLoop?
  package let attemptTimeout: Duration?

  /// - Parameters:
  ///   - owner: Keeps the delivery of all signals.
  ///   - timeout: The longest time of an attempt; zero for no limit.
  package init(_ owner: SharedDelivery<Delivery>, loop: TelemetryLoop?, timeout: Duration) {
    self.owner = owner
    self.loop = loop
    attemptTimeout = timeout == .zero ? nil : timeout
  }

  /// The exporter of another signal over the same connections.
  package func joined<Other>(_ type: Other.Type) -> OTLPSignalExporter<Other> {
    owner.join(Other.signal)
    return OTLPSignalExporter<Other>(owner, loop: loop, timeout: attemptTimeout ?? .zero)
  }

  /// The number of exports that can proceed now, of all signals together. While the server is down this is one, and further
  /// batches stay in the queue.
  public var maxConcurrentExports: Int { owner.delivery.room }

  /// The time of an outage doesn't count as export time.
  package var appliesExportTimeout: Bool { true }

  /// The exporter's metrics of itself at this moment, consistent with each other.
  ///
  /// - `otel.sdk.exporter.span.inflight`, `otel.sdk.exporter.span.exported` and `otel.sdk.exporter.operation.duration` (with `log` or
  ///   `metric_data_point` in place of `span`), with `server.address` and `server.port`; an operation is a call of
  ///   ``export(_:deadline:)``.
  /// - `error.type` marks failures: `rejected` (by the server, in an accepted request), the status of a response that forbids a
  ///   retry, or `timeout`, `unreachable`, `tls`, `header_provider`, `too_large`, `shutdown`, `already_shutdown`. If parts of a
  ///   batch fail differently, the duration has the last type.
  /// - Beyond the conventions: `swift_otlp.exporter.attempts`, `swift_otlp.exporter.span.possible_duplicates` and
  ///   `swift_otlp.exporter.request.size`, which change when an export ends.
  ///
  /// Specification: semantic conventions, OpenTelemetry SDK metrics (RULES 4.13).
  public var selfMetrics: SelfMetrics { owner.delivery.selfMetrics(of: Item.signal) }

  package func share(_ budget: ByteBudget) {
    owner.join(Item.signal)
    owner.apply { $0.share(budget) }
  }

  package func observeRoom(_ observer: @escaping @Sendable () -> Void) {
    owner.apply { $0.observeRoom(observer) }
  }

  /// Delivers a batch with as many attempts as its deadline and the server's responses permit. Never throws, and returns
  /// by `deadline`. After shutdown nothing is sent: all items count as dropped. The items are released once encoded.
  public func export(_ batch: consuming Batch<Item>, deadline: Deadline) async -> ExportOutcome {
    await export(consume batch, within: nil, deadline)
  }

  /// Delivers a batch within `timeout`, in which the time of an outage doesn't count: the batch waits for the server to
  /// return, until `deadline`.
  package func export(
    _ batch: consuming Batch<Item>, timeout: Duration, deadline: Deadline
  ) async -> ExportOutcome {
    await export(consume batch, within: timeout, deadline)
  }

  private func export(
    _ batch: consuming Batch<Item>, within timeout: Duration?, _ deadline: Deadline
  ) async -> ExportOutcome {
    guard let delivery = owner.enter(Item.signal) else {
      return owner.delivery.refuse(batch.encoded.itemCount, Item.signal)
    }
    defer { owner.leave() }
    return await delivery.export(consume batch, timeout: timeout, deadline: deadline)
  }

  /// Tries exports that would wait beyond `deadline` again now, in turn if the server keeps failing; not during a pause that
  /// the server requested.
  package func expedite(deadline: Deadline) async {
    guard let delivery = owner.enter(Item.signal) else { return }
    defer { owner.leave() }
    await delivery.expedite(deadline: deadline)
  }

  /// Waits until the exports that run now have ended. After shutdown this returns at once.
  /// - Returns: False if they have not ended by `deadline`.
  public func forceFlush(deadline: Deadline) async -> Bool {
    guard let delivery = owner.enter(Item.signal) else { return true }
    defer { owner.leave() }
    return await delivery.flush(Item.signal, deadline: deadline)
  }

  /// Refuses further exports, lets running exports continue until `deadline`, then ends the exports, and the connections if no
  /// other signal uses them. A second call returns at once.
  public func shutdown(deadline: Deadline) async {
    guard let delivery = owner.enter(Item.signal, last: true) else { return }
    defer { owner.leave() }
    await delivery.end(Item.signal, deadline: deadline)
    if owner.end(Item.signal) { await delivery.close(deadline: deadline) }
  }
}

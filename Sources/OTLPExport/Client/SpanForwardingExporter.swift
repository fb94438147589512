package import TelemetryCore
package import TelemetrySDK

/// An exporter of spans over a delivery that other signals share: what it does, `spans` does.
///
/// Its public members stand in each exporter. Here, a program outside of this package would get `Exporter`'s defaults in their place.
package protocol SpanForwardingExporter: SpanExporter, LoopExporter {
  var spans: OTLPSignalExporter<SpanData> { get }
}

extension SpanForwardingExporter {
  package var loop: TelemetryLoop? { spans.loop }
  package var appliesExportTimeout: Bool { spans.appliesExportTimeout }
  package var attemptTimeout: Duration? { spans.attemptTimeout }
  package func share(_ budget: ByteBudget) { spans.share(budget) }
  package func observeRoom(_ observer: @escaping @Sendable () -> Void) { spans.observeRoom(observer) }
  package func expedite(deadline: Deadline) async { await spans.expedite(deadline: deadline) }

  package func export(_ batch: consuming SpanBatch, timeout: Duration, deadline: Deadline) async -> ExportOutcome {
    await spans.export(consume batch, timeout: timeout, deadline: deadline)
  }
}

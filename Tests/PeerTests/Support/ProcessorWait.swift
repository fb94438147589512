import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import Testing

/// A wait for the delivery of a processor's items, with a short limit.
enum ProcessorWait: CaseIterable {
  case flush, shutdown, flushBlocking, shutdownBlocking

  static let limit = Duration.milliseconds(400)

  /// Blocking waits get a thread, as in a synchronous program.
  private func perform(_ processor: BatchSpanProcessor) async throws -> FlushReport {
    let limit = Self.limit
    switch self {
    case .flush: return await processor.forceFlush(within: limit)
    case .shutdown: return await processor.shutdown(within: limit)
    case .flushBlocking, .shutdownBlocking:
      let report = Promise<FlushReport>()
      try ThreadSystem.start(name: "waits", stackSize: 1 << 19) { [self] in
        report.fulfil(
          self == .flushBlocking
            ? processor.forceFlushBlocking(within: limit) : processor.shutdownBlocking(within: limit))
      }
      return await report.value
    }
  }

  /// Ends spans and waits. Expects that the wait ends in time without a delivery, and that no span is lost silently. The second
  /// after the limit is for machines that stall (ARCHITECTURE D9).
  func expectInTime(_ exporter: some SpanExporter) async throws {
    let processor = try BatchSpanProcessor(exporter: exporter, diagnostics: .silent)
    for span in StandardWorkload().spans(0..<600) { processor.onEnd(span) }
    let start = MonotonicInstant.now
    let report = try await perform(processor)
    #expect(MonotonicInstant.now - start < Self.limit + .seconds(1), "\(self)")
    #expect(report.ledger.isBalanced && report.ledger.exported == 0 && report.ledger.ended == 600, "\(self)")
    #expect(!report.isDelivered, "\(self)")
    let end = await processor.shutdown(within: .zero).ledger
    #expect(end.droppedTotal == 600 && end.queued + end.inFlight == 0, "\(self): \(end)")
  }

  /// Expects that a server that starts late gets the spans that a flush could not deliver.
  /// - Parameter makeExporter: Makes an exporter to an endpoint.
  static func expectLateDelivery(_ makeExporter: (String) throws -> any SpanExporter) async throws {
    let place = Loopback.HeldPort()
    let exporter = try makeExporter("http://127.0.0.1:\(place.number)")
    let processor = try BatchSpanProcessor(exporter: exporter, diagnostics: .silent)
    for span in StandardWorkload().spans(0..<600) { processor.onEnd(span) }
    #expect(await !processor.forceFlush(within: limit).isDelivered)
    var configuration = LoopbackCollector.Configuration()
    configuration.address = .tcp(host: "127.0.0.1", port: place.number)
    let collector = try await LoopbackCollector(configuration)
    let report = await processor.shutdown(within: .seconds(20))
    #expect(report.isDelivered && report.ledger.exported == 600, "\(report)")
    #expect(Set(collector.spans.map(\.spanID)).count == 600)
    await collector.stop()
    withExtendedLifetime(place) {}
  }
}

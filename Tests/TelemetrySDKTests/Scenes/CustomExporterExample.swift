import TelemetryCore
import TelemetrySDK
import Testing

// The README shows these lines.
struct CountingExporter: SpanExporter {
  let report: @Sendable (Int) -> Void

  func export(_ batch: SpanBatch, deadline: Deadline) async -> ExportOutcome {
    let failed = batch.filter { $0.status.code == .error }.count
    report(failed)
    return .success
  }
}

@Test func theReadmesExporterWorks() async throws {
  let failures = Promise<Int>()
  let processor = try BatchSpanProcessor(exporter: CountingExporter { failures.fulfil($0) })
  for number in 0..<10 {
    processor.onEnd(
      SpanData(
        traceID: TraceID(high: 1, low: 1), spanID: SpanID(UInt64(number + 1)), name: "job", startTimeUnixNano: 1,
        endTimeUnixNano: 2, status: number < 3 ? .error() : .ok))
  }
  let report = await processor.shutdown(within: .seconds(30))
  #expect(report.isDelivered && report.ledger.exported == 10)
  #expect(await failures.value == 3)
}

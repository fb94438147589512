import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct ExportRunTests {
  @Test("the shutdown timeout counts from the beginning of the end")
  func theShutdownTimeoutCountsFromTheBeginning() async throws {
    var options = ExportOptions()
    options.exporter.endpoint = "http://127.0.0.1:1"
    options.shutdownTimeout = .seconds(3600)
    let run = try SpanRun(options, environment: [:], diagnostics: .silent)
    run.processor.onEnd(StandardWorkload().span(0))
    let start = MonotonicInstant.system
    let report = await run.finish(since: start + .seconds(-3600))
    #expect(MonotonicInstant.system - start < .seconds(60))
    #expect(report.ledger.droppedTotal == 1)
  }
}

import OTLPFile
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// The metrics of a file exporter of itself (RULES 4.13).
@Suite(.ownThreads) struct FileMetricsTests {
  /// The lines of the metrics, without the component's number and the durations' sums.
  private func lines(_ metrics: SelfMetrics) -> [String] {
    metrics.description.split(separator: "\n").map { line in
      String(line).replacing(#/exporter/\d+/#, with: "exporter/N").replacing(#/ sum .*/#, with: "")
    }
  }

  private static let base =
    "otel.component.type=otlp_file_span_exporter,otel.component.name=otlp_file_span_exporter/N"

  @Test("written items, attempts, bytes and durations are counted, and what was refused after shutdown")
  func written() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter()
    #expect(lines(exporter.selfMetrics).contains("otel.sdk.exporter.span.exported{\(Self.base)} 0"))
    for range in [0..<30, 30..<40] { #expect(await exporter.export(FileBench.spans(range)).exported == range.count) }
    #expect(await exporter.export([]).attempts == 0)
    await exporter.shutdown(deadline: .after(Loopback.patience))
    #expect(await exporter.export(FileBench.spans(0..<5)).exported == 0)
    #expect(
      lines(exporter.selfMetrics) == [
        "otel.sdk.exporter.span.inflight{\(Self.base)} 0",
        "otel.sdk.exporter.span.exported{\(Self.base)} 40",
        "otel.sdk.exporter.span.exported{\(Self.base),error.type=already_shutdown} 5",
        "otel.sdk.exporter.operation.duration{\(Self.base)} count 2",
        "otel.sdk.exporter.operation.duration{\(Self.base),error.type=already_shutdown} count 1",
        "swift_otlp.exporter.attempts{\(Self.base)} 2",
        "swift_otlp.exporter.request.size{\(Self.base)} \(TestFiles.bytes(bench.path).count)",
      ])
  }

  @Test("while a line waits its items are in flight; then they have failed once, with the reason")
  func outage() async throws {
    let bench = try FileBench()
    let exporter = try bench.exporter(path: "/dev/full")
    let export = Task {
      await exporter.export(FileBench.spans(0..<3), within: .milliseconds(500))
    }
    #expect(
      await Loopback.wait { lines(exporter.selfMetrics).contains("otel.sdk.exporter.span.inflight{\(Self.base)} 3") })
    let outcome = await export.value
    #expect(outcome.dropped == [.timeout: 3] && outcome.attempts > 1)
    #expect(
      lines(exporter.selfMetrics) == [
        "otel.sdk.exporter.span.inflight{\(Self.base)} 0",
        "otel.sdk.exporter.span.exported{\(Self.base)} 0",
        "otel.sdk.exporter.span.exported{\(Self.base),error.type=timeout} 3",
        "otel.sdk.exporter.operation.duration{\(Self.base),error.type=timeout} count 1",
        "swift_otlp.exporter.attempts{\(Self.base)} \(outcome.attempts)",
        "swift_otlp.exporter.request.size{\(Self.base)} 0",
      ])
    guard
      case .histogram(_, let seconds)? = exporter.selfMetrics["otel.sdk.exporter.operation.duration"]?.points[0].value
    else { return #expect(Bool(false), "no duration") }
    #expect(seconds >= 0.4 && seconds < 60)
    await exporter.shutdown(deadline: .after(Loopback.patience))
  }

  @Test("log records and data points have the names of the conventions")
  func signals() async throws {
    let bench = try FileBench()
    let logs = try OTLPFileExporter<LogRecord>(.init(path: bench.folder + "/l.jsonl"), diagnostics: .silent)
    let metrics = try OTLPFileExporter<Metric>(.init(path: bench.folder + "/m.jsonl"), diagnostics: .silent)
    let gauge = Metric.Gauge([.init(1, timeUnixNano: 1), .init(2, timeUnixNano: 1)])
    let deadline = Deadline.after(Loopback.patience)
    _ = await logs.export(LogRecordBatch([LogRecord(body: "text")]), deadline: deadline)
    _ = await metrics.export(MetricBatch([Metric(name: "m", data: .gauge(gauge))]), deadline: deadline)
    let counts = [
      logs.selfMetrics["otel.sdk.exporter.log.exported"],
      metrics.selfMetrics["otel.sdk.exporter.metric_data_point.exported"],
    ]
    #expect(counts.map { $0?.points.map(\.value) } == [[.sum(1)], [.sum(2)]])
    #expect(counts.map { $0?.unit } == ["{log_record}", "{data_point}"])
    let types = counts.map { $0?.points.first?.attributes["otel.component.type"] }
    #expect(types == ["otlp_file_log_exporter", "otlp_file_metric_exporter"])
    await logs.shutdown(deadline: deadline)
    await metrics.shutdown(deadline: deadline)
  }
}

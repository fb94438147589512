internal import OTLPExport
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp load`.
package struct LoadCommand: ToolCommand {
  package var export = ExportOptions()
  package var plan = LoadPlan()
  package var concurrency: Int?
  /// The number of items by the option's other name.
  package var spans: Int?

  package init() {}

  package static let table = CommandTable<LoadCommand>(
    "load", "generates spans, log records or metrics of the standard workload and exports them",
    notes: """
      Without --items and --duration it generates 10000 items: spans, log records or data points.
      Times are in seconds or have a unit: 2, 2s, 500ms, 5m, 1h.
      Values of attributes are booleans, numbers or text: ok=true, n=3, r=0.5, zip="01234".
      Without --duration it gives up if nothing was delivered for --export-timeout while items wait for room.
      Metrics are made and exported in collections of --batch data points; each worker waits until its collection is \
      delivered.
      The variables OTEL_EXPORTER_OTLP_… and OTEL_BSP_…, OTEL_BLRP_… or OTEL_METRIC_EXPORT_TIMEOUT apply where an option is \
      absent.
      Exit code 0 if every item was delivered, 69 if not.
      """,
    options: workload + ExportOptions.table(within: \.export))

  private static let workload: [Option<LoadCommand>] = [
    Option(
      "signal", "NAME", "what to generate: traces, logs or metrics", default: "traces", \.plan.signal, .signal),
    Option(
      "items", "N", "the number of spans, log records or data points", default: "10000", \.plan.items,
      .integer(in: 1...(1 << 40))),
    Option("spans", "N", "the same as --items", \.spans, .integer(in: 1...(1 << 40))),
    Option("duration", "T", "the time to generate items for", \.plan.duration, .positiveDuration),
    Option("rate", "N", "items per second", default: "no limit", \.plan.rate, .integer(in: 1...100_000_000)),
    Option(flag: "tracer", "make the spans with the tracer, at their real times", \.plan.usesTracer),
    Option("workers", "N", "threads that generate items", default: "1", \.plan.workers, .integer(in: 1...256)),
    Option(
      "concurrency", "N", "the maximum number of exports at once", default: "16", \.concurrency, .integer(in: 1...1000)),
    Option("service", "NAME", "the resource's service.name", default: "checkout-service", \.plan.shape.service, .text),
    Option(
      "attribute", "K=V", "an attribute of each item; can be given several times",
      addingTo: \.plan.shape.attributes, .attribute),
    Option(
      "resource-attribute", "K=V", "an attribute of the resource; can be given several times",
      addingTo: \.plan.shape.resourceAttributes, .attribute),
    Option(
      "child-spans", "N", "children of each root span; --spans counts all spans", default: "0",
      \.plan.shape.childSpans, .integer(in: 0...10_000)),
    Option(
      "status", "CODE", "the status of each span: unset, ok or error", default: "ok, and one error in eight",
      \.plan.shape.status, .statusCode),
    Option(
      "error-rate", "PERCENT", "the percentage of spans with the status error", \.plan.shape.errorRate, .percent),
  ]

  package func run() async throws(ToolError) -> ExitCode {
    try checkShape()
    var plan = plan
    plan.items = plan.items ?? spans ?? (plan.duration == nil ? 10_000 : nil)
    let wake = BlockingSemaphore()
    export.endAtSignal("load", wake: wake)
    let environment = Process.environment
    switch plan.signal {
    case .traces:
      let run = try SpanRun(export, concurrency: concurrency, environment: environment)
      return try await generate(plan, spanLoad(plan, run.processor), run, patience: run.patience, wake)
    case .logs:
      let run = try ExportRun<LogRecord>(export, concurrency: concurrency, environment: environment)
      return try await generate(plan, LogRecordLoad(plan, run.processor), run, patience: run.patience, wake)
    case .metrics:
      let run = try MetricRun(export, concurrency: concurrency, environment: environment)
      return try await generate(plan, MetricLoad(plan, run), run, patience: run.patience, wake)
    }
  }

  private func spanLoad(_ plan: LoadPlan, _ processor: BatchSpanProcessor) throws(ToolError) -> SpanLoad {
    do throws(ConfigurationError) {
      return try SpanLoad(plan, processor)
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
  }

  /// Refuses two numbers of items, and what only spans have.
  private func checkShape() throws(ToolError) {
    if plan.items != nil, spans != nil { throw ToolError(.usage, "--items and --spans are the same: give one of them") }
    guard plan.signal != .traces else { return }
    let only: [(String, Bool)] = [
      ("--tracer", plan.usesTracer), ("--child-spans", plan.shape.childSpans > 0),
      ("--status", plan.shape.status != nil),
      ("--error-rate", plan.shape.errorRate != nil),
    ]
    if let (option, _) = only.first(where: \.1) {
      throw ToolError(.usage, "\(option): only spans have it; --signal is \(plan.signal)")
    }
  }

  /// Generates the items and reports on their export.
  private func generate(
    _ plan: LoadPlan, _ source: any LoadSource, _ run: any CommandRun, patience: Duration?, _ wake: BlockingSemaphore
  ) async throws(ToolError) -> ExitCode {
    let generator = LoadGenerator(plan, source)
    do throws(SystemError) {
      try generator.run { wake.signal() }
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    var shortfall = wait(for: generator, run, wake, patience)
    if shortfall == nil, StopSignal.shared.isRequested, !generator.isDone {
      shortfall = Shortfall(.loss, "interrupted before all items were generated")
    }
    generator.stop()
    let ending = MonotonicInstant.system
    // Workers finish their items before the shutdown, which would drop them. The shutdown wakes workers that wait for room.
    let end = Deadline(ending + min(.seconds(1), export.shutdownTimeout / 4))
    while generator.running > 0, wake.wait(until: end) {}
    let report = await run.finish(since: ending)
    return try export.conclude(report, reason: run.lastError, command: "load", shortfall.map { [$0] } ?? [])
  }

  /// Returns when all workers have ended, the duration has passed, a signal arrived, or the command gives up.
  private func wait(
    for generator: LoadGenerator, _ run: any CommandRun, _ wake: BlockingSemaphore, _ patience: Duration?
  ) -> Shortfall? {
    let plan = generator.plan
    // Workers that wait for room in the queue don't end by themselves; the shutdown wakes them.
    let end = plan.duration.map { Deadline.after($0 + .milliseconds(20)) } ?? .never
    // With a duration the end is certain. At one item per second the ledger stays the same for a second.
    let patience = plan.duration == nil ? patience.map { max($0, .milliseconds(1500)) } : nil
    return run.wait(on: wake, until: end, total: plan.items, patience: patience, isWaiting: { true }) {
      generator.running > 0 && !StopSignal.shared.isRequested
    }
  }
}

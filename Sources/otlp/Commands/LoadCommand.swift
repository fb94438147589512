internal import OTLPExport
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp load`.
package struct LoadCommand: ToolCommand {
  package var export = ExportOptions()
  package var plan = LoadPlan()
  package var concurrency: Int?

  package init() {}

  package static let table = CommandTable<LoadCommand>(
    "load", "generates spans of the standard workload and exports them",
    notes: """
      Without --spans and --duration it generates 10000 spans.
      Times are in seconds or have a unit: 2, 2s, 500ms, 5m, 1h.
      Values of attributes are booleans, numbers or text: ok=true, n=3, r=0.5, zip="01234".
      Without --duration it gives up if nothing was delivered for --export-timeout while spans wait for room.
      The variables OTEL_EXPORTER_OTLP_… and OTEL_BSP_… apply where an option is absent.
      Exit code 0 if every span was delivered, 69 if not.
      """,
    options: workload + ExportOptions.table(within: \.export))

  private static let workload: [Option<LoadCommand>] = [
    Option("spans", "N", "the number of spans", default: "10000", \.plan.spans, .integer(in: 1...(1 << 40))),
    Option("duration", "T", "the time to generate spans for", \.plan.duration, .positiveDuration),
    Option("rate", "N", "spans per second", default: "no limit", \.plan.rate, .integer(in: 1...100_000_000)),
    Option(flag: "tracer", "make the spans with the tracer, at their real times", \.plan.usesTracer),
    Option("workers", "N", "threads that generate spans", default: "1", \.plan.workers, .integer(in: 1...256)),
    Option(
      "concurrency", "N", "the maximum number of exports at once", default: "16", \.concurrency, .integer(in: 1...1000)),
    Option("service", "NAME", "the spans' service.name", default: "checkout-service", \.plan.shape.service, .text),
    Option(
      "attribute", "K=V", "an attribute of each span; can be given several times",
      addingTo: \.plan.shape.attributes, .attribute),
    Option(
      "resource-attribute", "K=V", "an attribute of the resource; can be given several times",
      addingTo: \.plan.shape.resourceAttributes, .attribute),
    Option(
      "child-spans", "N", "children of each root span; --spans counts all spans", default: "0",
      \.plan.shape.childSpans, .integer(in: 0...10_000)),
    Option(
      "status", "CODE", "the status of each span: unset, ok or error", default: "ok, and one error in eight",
      \.plan.shape.status, .choice(["unset": .unset, "ok": .ok, "error": .error])),
    Option(
      "error-rate", "PERCENT", "the percentage of spans with the status error", \.plan.shape.errorRate, .percent),
  ]

  package func run() throws(ToolError) -> ExitCode {
    var plan = plan
    if plan.spans == nil, plan.duration == nil { plan.spans = 10_000 }
    let wake = BlockingSemaphore()
    export.endAtSignal("load", wake: wake)
    let run = try ExportRun(export, concurrency: concurrency, environment: Process.environment)
    let generator: LoadGenerator
    do {
      generator = try LoadGenerator(plan, run.processor)
      try generator.run { wake.signal() }
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    var shortfall = wait(for: generator, run, wake)
    if shortfall == nil, StopSignal.shared.isRequested, !generator.isDone {
      shortfall = Shortfall(.loss, "interrupted before all spans were generated")
    }
    generator.stop()
    let ending = MonotonicInstant.system
    // Workers finish their spans before the shutdown, which would drop them. The shutdown wakes workers that wait for room.
    let end = Deadline(ending + min(.seconds(1), run.shutdownTimeout / 4))
    while generator.running > 0, wake.wait(until: end) {}
    let report = run.finish(since: ending)
    return try export.conclude(report, reason: run.lastError, command: "load", shortfall.map { [$0] } ?? [])
  }

  /// Returns when all workers have ended, the duration has passed, a signal arrived, or the command gives up.
  private func wait(for generator: LoadGenerator, _ run: ExportRun, _ wake: BlockingSemaphore) -> Shortfall? {
    let plan = generator.plan
    // Workers that wait for room in the queue don't end by themselves; the shutdown wakes them.
    let end = plan.duration.map { Deadline.after($0 + .milliseconds(20)) } ?? .never
    // With a duration the end is certain. At one span per second the ledger stays the same for a second.
    let patience = plan.duration == nil ? run.patience.map { max($0, .milliseconds(1500)) } : nil
    return run.wait(on: wake, until: end, total: plan.spans, patience: patience, isWaiting: { true }) {
      generator.running > 0 && !StopSignal.shared.isRequested
    }
  }
}

internal import OTLPExport
internal import TelemetryCore
internal import TelemetrySDK

/// `otlp load`.
package struct LoadCommand: ToolCommand {
  package var connection = ConnectionOptions()
  package var plan = LoadPlan()
  package var concurrency: Int?

  package init() {}

  package static let table = CommandTable<LoadCommand>(
    "load", "makes spans of the standard workload and exports them",
    notes: """
      Without --spans and --duration it makes 10000 spans.
      Times are seconds, or have a unit: 2, 2s, 500ms.
      The variables OTEL_EXPORTER_OTLP_… and OTEL_BSP_… hold where no option is given.
      Exit code 0 if every span was delivered, 69 if not.
      """,
    options: [
      Option("spans", "N", "how many spans", default: "10000") {
        (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
        command.plan.spans = try value.integer(in: 1...(1 << 40))
      },
      Option("duration", "T", "how long to make spans") {
        (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
        command.plan.duration = try value.duration(from: .nanoseconds(1))
      },
      Option("rate", "N", "how many spans a second", default: "as many as go") {
        (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
        command.plan.rate = try value.integer(in: 1...100_000_000)
      },
      Option("workers", "N", "threads that make spans", default: "1") {
        (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
        command.plan.workers = try value.integer(in: 1...256)
      },
      Option("concurrency", "N", "exports under way at once, at most", default: "16") {
        (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
        command.concurrency = try value.integer(in: 1...1000)
      },
    ] + ConnectionOptions.table.map { $0.within(\LoadCommand.connection) })

  package func run() throws(ToolError) -> ExitCode {
    var plan = plan
    if plan.spans == nil, plan.duration == nil { plan.spans = 10_000 }
    let wake = BlockingSemaphore()
    StopSignal.shared.onRequest { wake.signal() }
    let pipeline = try Pipeline(connection, concurrency: concurrency, environment: Process.environment)
    let generator = LoadGenerator(plan, pipeline.processor)
    do throws(SystemError) {
      try generator.run { wake.signal() }
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    wait(for: generator, pipeline, wake)
    generator.stop()
    // A worker that is at a span ends it, lest it come after the shutdown; one that waits for room isn't waited for.
    let end = Deadline.after(.seconds(1))
    while generator.running > 0, wake.wait(until: end) {}
    let report = pipeline.finish()
    return connection.conclude(report, reason: pipeline.lastError, command: "load")
  }

  /// Returns when all workers have ended, the time is up, or a signal came.
  private func wait(for generator: LoadGenerator, _ pipeline: Pipeline, _ wake: BlockingSemaphore) {
    let start = MonotonicInstant.system
    let plan = generator.plan
    // Workers that wait for room in the queue don't see that the time is up; the shutdown makes it.
    let end = plan.duration.map { Deadline(start + $0 + .milliseconds(20)) } ?? .never
    var progress = Progress(total: plan.spans, start: start)
    while generator.running > 0, !StopSignal.shared.isRequested {
      let tick = progress.isVisible ? min(end, .after(.milliseconds(200))) : end
      if !wake.wait(until: tick), end.hasPassed { break }
      progress.show(pipeline.processor.ledger, at: .system)
    }
    progress.clear()
  }
}

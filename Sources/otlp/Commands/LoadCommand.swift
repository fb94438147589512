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
      Times are seconds, or have a unit: 2, 2s, 500ms, 5m, 1h.
      Values of attributes are truth values, numbers or text: ok=true, n=3, r=0.5, zip="01234".
      Without --duration it gives up when nothing could be delivered for --export-timeout while spans \
      wait for room.
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
    ] + shape + ConnectionOptions.table.map { $0.within(\LoadCommand.connection) })

  private static let shape: [Option<LoadCommand>] = [
    Option("service", "NAME", "the spans' service.name", default: "checkout-service") {
      (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
      command.plan.shape.service = value.text
    },
    Option("attribute", "K=V", "an attribute of each span; can be given several times") {
      (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
      command.plan.shape.attributes.append(try value.attribute())
    },
    Option("resource-attribute", "K=V", "an attribute of the resource; can be given several times") {
      (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
      command.plan.shape.resourceAttributes.append(try value.attribute())
    },
    Option("child-spans", "N", "spans below each root span; --spans counts all", default: "0") {
      (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
      command.plan.shape.childSpans = try value.integer(in: 0...10_000)
    },
    Option(
      "status", "CODE", "the status of each span: unset, ok or error", default: "ok, and one error in eight",
      choices: ["unset", "ok", "error"]
    ) {
      (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
      command.plan.shape.status = try value.choice(["unset": .unset, "ok": .ok, "error": .error])
    },
    Option("error-rate", "PERCENT", "how many of 100 spans have the status error") {
      (command: inout LoadCommand, value: OptionValue) throws(ConfigurationError) in
      command.plan.shape.errorRate = try value.percent()
    },
  ]

  package static var emptyResult: JSONObject { RunReport(endpoint: "").object }

  package func run() throws(ToolError) -> ExitCode {
    var plan = plan
    if plan.spans == nil, plan.duration == nil { plan.spans = 10_000 }
    let wake = BlockingSemaphore()
    Interruption.listen("load", shutdownTimeout: connection.shutdownTimeout, wake: wake)
    let pipeline = try Pipeline(connection, concurrency: concurrency, environment: Process.environment)
    let generator = LoadGenerator(plan, pipeline.processor)
    do throws(SystemError) {
      try generator.run { wake.signal() }
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
    var shortfalls = wait(for: generator, pipeline, wake)
    if shortfalls.isEmpty, StopSignal.shared.isRequested, !generator.isDone {
      shortfalls.append(Shortfall(.loss, "interrupted before all spans were made"))
    }
    generator.stop()
    let ending = MonotonicInstant.system
    // A worker that is at a span ends it, lest it come after the shutdown; one that waits for room ends by the shutdown.
    let end = Deadline(ending + min(.seconds(1), pipeline.shutdownTimeout / 4))
    while generator.running > 0, wake.wait(until: end) {}
    let report = pipeline.finish(since: ending)
    return try connection.conclude(report, reason: pipeline.lastError, command: "load", shortfalls)
  }

  /// Returns when all workers have ended, the time is up, a signal came, or nothing can be delivered.
  private func wait(for generator: LoadGenerator, _ pipeline: Pipeline, _ wake: BlockingSemaphore) -> [Shortfall] {
    let start = MonotonicInstant.system
    let plan = generator.plan
    // Workers that wait for room in the queue don't see that the time is up; the shutdown makes it.
    let end = plan.duration.map { Deadline(start + $0 + .milliseconds(20)) } ?? .never
    var progress = Progress(total: plan.spans, start: start)
    // With a duration the end is sure; at a rate of one span a second nothing moves for that long.
    let patience = plan.duration == nil ? pipeline.patience.map { max($0, .milliseconds(1500)) } : nil
    var watch = patience.map { StallWatch(patience: $0, at: start) }
    defer { progress.clear() }
    while generator.running > 0, !StopSignal.shared.isRequested {
      if !wake.wait(until: min(end, .after(.milliseconds(200)))), end.hasPassed { break }
      let (ledger, now) = (pipeline.processor.ledger, MonotonicInstant.system)
      progress.show(ledger, failure: pipeline.lastError, at: now)
      if watch?.isStalled(ledger, isWaiting: true, at: now) == true {
        return [Shortfall(.loss, watch?.message ?? "")]
      }
    }
    return []
  }
}

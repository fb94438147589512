import Glibc
import SwiftOTLP
import TelemetryCore
import TelemetrySDK

/// Forks `children` from a parent with telemetry. Parent and children record spans, and end the same telemetry.
func telemetryFork(_ options: Options) {
  let children = options.number("children", 4)
  let telemetry = makeTelemetry(options)
  let tracer = telemetry.tracer("fork")
  tracer.startSpan("before").end()
  check(telemetry.forceFlushBlocking(within: .seconds(20)).isDelivered, "the parent's flush")
  let root = tracer.startSpan("root")
  let ids = (1...children).map { _ in
    let id = fork()
    if id == 0 { telemetryChild(telemetry, root) }
    return id
  }
  root.end()
  for id in ids { reap(id) }
  let report = telemetry.shutdownBlocking(within: .seconds(20))
  check(report.isDelivered && report.ledger.exported == 2, "the parent's end: \(report)")
  printLine("done")
}

private func telemetryChild(_ telemetry: Telemetry, _ root: RecordingSpan) -> Never {
  alarm(30)
  let tracer = telemetry.tracer("fork")
  tracer.withSpan("child", parent: TraceContext(root)) { _ in tracer.startSpan("grandchild").end() }
  let report = telemetry.shutdownBlocking(within: .seconds(20))
  check(report.isDelivered && report.ledger.exported == 2, "the child's end: \(report)")
  _exit(0)
}

// A handler of `atexit` has no context.
nonisolated(unsafe) private var telemetryOfExit: Telemetry?

/// Ends telemetry in a handler of `atexit`.
func telemetryAtExit(_ options: Options) {
  let telemetry = makeTelemetry(options)
  telemetryOfExit = telemetry
  atexit {
    guard let report = telemetryOfExit?.shutdownBlocking(within: .seconds(20)) else { fail("no telemetry") }
    check(report.isDelivered && report.ledger.exported == 1, "the end: \(report)")
    printLine("done")
  }
  telemetry.tracer("exit").startSpan("last").end()
  exit(0)
}

/// Records a span with the configuration of the process's environment.
func telemetryOfEnvironment() {
  do throws(OTLPError) {
    let telemetry = try Telemetry()
    telemetry.tracer("environment").startSpan("recorded", kind: .server).end()
    let report = telemetry.shutdownBlocking(within: .seconds(20))
    printLine("done \(report)")
  } catch {
    fail("\(error)")
  }
}

/// Ends telemetry from an actor with a thread of its own, while the program's tasks block every thread of Swift's pool.
func telemetryStarved(_ options: Options) {
  alarm(60)
  var configuration = Telemetry.Configuration(serviceName: "subject")
  configuration.otlp = options.exporter
  configuration.batch.scheduleDelay = .seconds(60)
  configuration.tracesExporters = [.otlp, .otlp]
  configuration.logsExporters = [.otlp]
  // It has nothing to wait for.
  configuration.spanProcessors = [Idle()]
  guard let telemetry = try? Telemetry(configuration) else { fail("no telemetry") }
  let release = BlockingSemaphore()
  for _ in 0..<256 { Task.detached { _ = release.wait(until: .never) } }
  Task { @OwnThread in
    telemetry.tracer("starved").startSpan("last").end()
    telemetry.logger("starved").emit(.info, "last")
    let flushed = await telemetry.forceFlush(within: .seconds(20))
    let report = await telemetry.shutdown(within: .seconds(20))
    check(flushed.isDelivered && report.isDelivered && report.ledger.exported == 3, "the end: \(flushed) \(report)")
    printLine("done")
    _exit(0)
  }
  _ = release.wait(until: .never)
}

/// Runs on a loop of its own.
@globalActor private actor OwnThread {
  static let shared = OwnThread()
  private static let lease: TelemetryRuntime.Lease = {
    guard let lease = try? TelemetryRuntime(.development).acquire() else { fail("no loop") }
    return lease
  }()
  nonisolated var unownedExecutor: UnownedSerialExecutor { OwnThread.lease.loop.asUnownedSerialExecutor() }
}

private func makeTelemetry(_ options: Options) -> Telemetry {
  var configuration = Telemetry.Configuration(serviceName: "subject")
  configuration.otlp = options.exporter
  configuration.batch.scheduleDelay = .seconds(60)
  // The blocking forms run the asynchronous one of a user's processor.
  configuration.spanProcessors = [Idle()]
  do {
    return try Telemetry(configuration)
  } catch {
    fail("\(error)")
  }
}

private struct Idle: SpanProcessor {
  func onEnd(_ span: RecordingSpan) {}
}

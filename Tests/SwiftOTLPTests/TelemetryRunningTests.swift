import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import SwiftOTLP

@Suite(.ownThreads) struct TelemetryRunningTests {
  private let log = EventLog()

  /// Starts `run()` and returns once it waits for the end, which then comes by a shutdown or the cancellation alone.
  private func start(_ telemetry: Telemetry, number: Int = 1) async -> (Task<Void, Never>, Promise<Void>) {
    let ended = Promise<Void>()
    let task = Task {
      await telemetry.run()
      ended.fulfil(())
    }
    while telemetry.runs.withLock({ $0.waiting.count }) < number { await Task.yield() }
    return (task, ended)
  }

  @Test("a cancellation delivers what is queued, then run() returns")
  func cancellation() async throws {
    let exporter = InMemorySpanExporter()
    let telemetry = try Telemetry(.test([:], log) { $0.tracesExporters = [.exporter(exporter)] })
    let (task, ended) = await start(telemetry)
    telemetry.tracer("a").startSpan("a").end()
    #expect(ended.current == nil)
    task.cancel()
    await ended.value
    #expect(exporter.items.map(\.name) == ["a"] && telemetry.ledger.exported == 1)
    #expect(!telemetry.tracer("a").isEnabled)
  }

  @Test("a cancellation before the start ends telemetry too")
  func cancelledBefore() async throws {
    let exporter = InMemorySpanExporter()
    let telemetry = try Telemetry(.test([:], log) { $0.tracesExporters = [.exporter(exporter)] })
    telemetry.tracer("a").startSpan("a").end()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      await telemetry.run()
    }
    task.cancel()
    await task.value
    #expect(exporter.items.count == 1)
  }

  @Test("a shutdown ends every run(), and a later run() returns at once")
  func shutdown() async throws {
    let telemetry = try Telemetry(.test([:], log) { $0.tracesExporters = [] })
    let (first, _) = await start(telemetry)
    let (second, _) = await start(telemetry, number: 2)
    await telemetry.shutdown(within: patience)
    await first.value
    await second.value
    await telemetry.run()
  }

  @Test(
    "run() waits without an exporter, and while the SDK is disabled (trap 23)",
    arguments: [
      ["OTEL_TRACES_EXPORTER": "none"], ["OTEL_SDK_DISABLED": "true"],
    ])
  func withoutExporter(_ environment: [String: String]) async throws {
    let telemetry = try Telemetry(.test(environment, log))
    let (task, ended) = await start(telemetry)
    #expect(ended.current == nil)
    task.cancel()
    await ended.value
  }

  @Test("the time of run()'s shutdown is bounded, and processors of users aren't cancelled")
  func bound() async throws {
    let stuck = Stuck()
    let telemetry = try Telemetry(
      .test([:], log) {
        $0.tracesExporters = [.exporter(stuck)]
        $0.spanProcessors = [Watching(stuck)]
        $0.shutdownTimeout = .milliseconds(200)
      })
    let (task, ended) = await start(telemetry)
    telemetry.tracer("a").startSpan("a").end()
    task.cancel()
    await ended.value
    #expect(telemetry.ledger.dropped[.shutdown] == 1 || telemetry.ledger.dropped[.timeout] == 1)
    #expect(telemetry.ledger.isBalanced)
    #expect(stuck.wasCancelled.current == false)
  }

  /// Never returns from an export.
  private final class Stuck: SpanExporter {
    let wasCancelled = Promise<Bool>()
    func export(_ batch: SpanBatch, deadline: Deadline) async -> ExportOutcome { await Promise<ExportOutcome>().value }
  }

  /// Notes whether the task of its shutdown is cancelled.
  private struct Watching: SpanProcessor {
    let stuck: Stuck
    init(_ stuck: Stuck) { self.stuck = stuck }
    func onEnd(_ span: RecordingSpan) {}
    func shutdown(within limit: Duration) async -> FlushReport {
      stuck.wasCancelled.fulfil(Task.isCancelled)
      return .empty
    }
  }
}

import Glibc
import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import TelemetrySDK

/// Flush and shutdown while an exporter blocks the telemetry thread, until the test has the answer. On real threads.
@Suite(.ownThreads) struct OverdueWatchTests {
  /// Blocks the loop in the first export until released.
  private struct Blocker: Exporter {
    let begun = Promise<Void>()
    let release = BlockingSemaphore()

    func export(_ batch: Batch<Thing>, deadline: Deadline) async -> ExportOutcome {
      begun.fulfil(())
      _ = release.wait(until: Deadline(.system + .seconds(600)))
      return .success
    }
  }

  private static let atOnce = BatchConfiguration {
    $0.scheduleDelay = .zero
    $0.exportTimeout = .seconds(600)  // on a busy machine 30 s may pass before the test goes on
  }

  @Test("an exporter that blocks the loop doesn't delay the flush of another processor")
  func flushOfAnother() async throws {
    let (runtime, blocker) = (try TelemetryRuntime(), Blocker())
    let blocked = try BatchProcessor(
      exporter: blocker, configuration: Self.atOnce, runtime: runtime, diagnostics: .silent)
    let other = try BatchProcessor(exporter: ScriptedExporter(), runtime: runtime, diagnostics: .silent)
    other.onEnd(Thing(number: 1))
    blocked.onEnd(Thing(number: 1))
    await blocker.begun.value
    // Many waits at the same time, on one thread.
    let reports = ForkSafe<[FlushReport]>([])
    for _ in 0..<100 {
      Task { [other] in
        let report = await other.forceFlush(within: .milliseconds(50))
        reports.withLock { $0.append(report) }
      }
    }
    #expect(await Loopback.wait { reports.withLock { $0.count } == 100 })
    #expect(reports.withLock { $0.allSatisfy { !$0.isComplete && $0.ledger.isBalanced && $0.ledger.queued == 1 } })
    blocker.release.signal()
    // The items are still exported.
    #expect(await other.forceFlush(within: .seconds(60)).ledger.exported == 1)
    for processor in [blocked, other] { _ = await processor.shutdown(within: .seconds(60)) }
  }

  @Test("one thread watches a hundred concurrent shutdowns, and ends with the last")
  func oneThread() async throws {
    let (runtime, blocker) = (try TelemetryRuntime(), Blocker())
    let blocked = try BatchProcessor(
      exporter: blocker, configuration: Self.atOnce, runtime: runtime, diagnostics: .silent)
    blocked.onEnd(Thing(number: 1))
    await blocker.begun.value
    let done = Counter()
    let processors = try (0..<100).map { _ in
      try BatchProcessor(exporter: ScriptedExporter(), runtime: runtime, diagnostics: .silent)
    }
    for processor in processors {
      Task {
        _ = await processor.shutdown(within: .milliseconds(300))
        _ = done.increment()
      }
    }
    #expect(await Loopback.wait { OverdueWatch.shared.isRunning })
    // The thread of an earlier watch may be about to end.
    #expect(await Loopback.wait { Self.watchers() <= 1 })
    #expect(await Loopback.wait { done.value == 100 })
    blocker.release.signal()
    _ = await blocked.shutdown(within: .seconds(60))
    #expect(await Loopback.wait { !OverdueWatch.shared.isRunning || Self.watchers() <= 1 })
  }

  /// The number of threads with the watch's name.
  private static func watchers() -> Int {
    guard let folder = opendir("/proc/self/task") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let descriptor = open("/proc/self/task/\(name)/comm", O_RDONLY)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 32)
      let length = read(descriptor, &bytes, bytes.count)
      if String(decoding: bytes[..<max(0, length)], as: UTF8.self) == "otlp-overdue\n" { count += 1 }
    }
    return count
  }

  /// An exporter that blocks in the cancellation handler and in `export`.
  private final class Clinging: Exporter {
    let begun = Promise<Void>()
    let cancelled = Promise<Void>()
    let ended = Promise<Void>()
    let (release, releaseLoop) = (BlockingSemaphore(), BlockingSemaphore())
    let blocksLoop: Bool

    init(blocksLoop: Bool) { self.blocksLoop = blocksLoop }

    func export(_ batch: Batch<Thing>, deadline: Deadline) async -> ExportOutcome {
      await withTaskCancellationHandler {
        begun.fulfil(())
        if blocksLoop { _ = releaseLoop.wait(until: Deadline(.system + .seconds(600))) }
        await cancelled.value
        return .success
      } onCancel: {
        _ = release.wait(until: Deadline(.system + .seconds(600)))
        cancelled.fulfil(())
      }
    }

    func shutdown(deadline: Deadline) async { ended.fulfil(()) }
  }

  @Test("a shutdown is answered before users' cancellation handlers run, and then ends the exporter")
  func cancellationHandlers() async throws {
    let exporter = Clinging(blocksLoop: true)
    let processor = try BatchProcessor(
      exporter: exporter, configuration: Self.atOnce, runtime: TelemetryRuntime(), diagnostics: .silent)
    processor.onEnd(Thing(number: 1))
    await exporter.begun.value
    let report = await processor.shutdown(within: .milliseconds(50))
    #expect(report.ledger.dropped == [.shutdown: 1] && !report.isComplete)
    #expect(exporter.ended.current == nil && exporter.cancelled.current == nil)
    exporter.release.signal()
    exporter.releaseLoop.signal()
    await exporter.ended.value
    await exporter.cancelled.value
  }

  @Test("a blocking shutdown doesn't wait for cancellation handlers, even if one blocks the loop")
  func cancellationOnTheLoop() async throws {
    for blocksLoop in [true, false] {
      let exporter = Clinging(blocksLoop: blocksLoop)
      let processor = try BatchProcessor(
        exporter: exporter, configuration: Self.atOnce, runtime: TelemetryRuntime(), diagnostics: .silent)
      processor.onEnd(Thing(number: 1))
      await exporter.begun.value
      let answer = Promise<FlushReport>()
      try ThreadSystem.start(name: "program", stackSize: 1 << 19) {
        answer.fulfil(processor.shutdownBlocking(within: .milliseconds(50)))
      }
      #expect(await answer.value.ledger.dropped == [.shutdown: 1])
      exporter.releaseLoop.signal()
      for _ in 0..<2 { exporter.release.signal() }
      await exporter.ended.value
    }
  }

  @Test("the end of the runtime ends the exporters of its processors")
  func runtimeEnds() async throws {
    let exporter = Clinging(blocksLoop: false)
    let runtime = try TelemetryRuntime()
    let processor = try BatchProcessor(
      exporter: exporter, configuration: Self.atOnce, runtime: runtime, diagnostics: .silent)
    processor.onEnd(Thing(number: 1))
    await exporter.begun.value
    runtime.shutdown()
    #expect(await processor.shutdown(within: .seconds(60)).ledger.dropped == [.shutdown: 1])
    exporter.release.signal()
    await exporter.ended.value
  }
}

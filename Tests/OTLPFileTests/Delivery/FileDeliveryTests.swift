import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@testable import OTLPFile

/// Exports while a write doesn't return.
@Suite(.ownThreads) struct FileDeliveryTests {
  /// An output whose writes wait for a signal, as on a disk that doesn't answer.
  private final class StuckOutput: LineOutput {
    let gate = BlockingSemaphore()
    let begun = Locked(0)
    func open() throws(FileFailure) {}
    func write(_ line: FileLine, by deadline: Deadline) throws(FileFailure) {
      begun.withLock { $0 += 1 }
      _ = gate.wait(until: .never)
    }
    func synchronize() throws(FileFailure) {}
    func close() {}
  }

  private struct Bench: Sendable {
    let output = StuckOutput()
    let runtime: TelemetryRuntime
    let lease: TelemetryRuntime.Lease
    let delivery: FileDelivery

    init(_ configuration: TelemetryRuntime.Configuration = .init()) throws {
      runtime = try TelemetryRuntime(configuration)
      lease = try runtime.acquire()
      delivery = FileDelivery(output, of: .traces, loop: lease.loop, runtime: runtime, diagnostics: .silent)
    }

    /// Starts an export without a deadline of its own, as a processor does.
    func write() async -> Promise<FileDelivery.End> {
      let ended = Promise<FileDelivery.End>()
      let request = ExportRequestEncoder(pooledBuffers: 1).encode(SpanBatch(FileBench.spans(0..<1)))
      let line = FileLine(request, OTLPSignal.traces.requestType)
      let task = Task(executorPreference: lease.loop) { [delivery, counts] in
        let (end, attempts) = await delivery.write(line, timeout: .seconds(600), deadline: .never)
        counts.list.withLock { $0.append(attempts) }
        ended.fulfil(end)
      }
      tasks.append(task)
      await lease.loop.sleep(until: .after(.milliseconds(50)))
      return ended
    }

    let tasks = Tasks()
    /// The attempts of the exports that have ended.
    let counts = Counts()

    func end(writes: Int) {
      for _ in 0..<writes { output.gate.signal() }
      lease.end()
    }
  }

  private final class Counts: Sendable {
    let list = Locked<[Int]>([])
  }

  private final class Tasks: Sendable {
    private let list = Locked<[Task<Void, Never>]>([])
    func append(_ task: Task<Void, Never>) { list.withLock { $0.append(task) } }
    func cancel() { for task in list.withLock({ $0 }) { task.cancel() } }
  }

  private func gaveUp(_ end: Promise<FileDelivery.End>) async -> DropReason? {
    let hasEnded = await Loopback.wait { end.current != nil }
    guard hasEnded, case .gaveUp(let reason, _) = end.current else { return nil }
    return reason
  }

  @Test("shutdown ends the export that writes, and the one that waits for it, at its deadline")
  func shutdown() async throws {
    let bench = try Bench()
    let (writing, waiting) = (await bench.write(), await bench.write())
    await bench.delivery.shutdown(deadline: .after(.milliseconds(100)))
    #expect(await gaveUp(writing) == .shutdown)
    #expect(await gaveUp(waiting) == .shutdown)
    bench.end(writes: 2)
  }

  @Test("a write for which no thread was free begins no more after its export has ended, and is no attempt")
  func late() async throws {
    let bench = try Bench(.development)  // one blocking thread
    let busy = BlockingSemaphore()
    bench.runtime.startBlocking { _ = busy.wait(until: .never) }
    let given = await bench.write()
    bench.tasks.cancel()
    #expect(await gaveUp(given) == .shutdown)
    #expect(bench.counts.list.withLock { $0 } == [0])
    let next = await bench.write()
    busy.signal()
    bench.output.gate.signal()
    #expect(await Loopback.wait { next.current != nil })
    #expect(next.current.map { if case .written = $0 { true } else { false } } == true)
    #expect(bench.output.begun.withLock { $0 } == 1)
    #expect(bench.counts.list.withLock { $0 } == [0, 1])
    bench.end(writes: 0)
  }

  @Test("an export that is cancelled ends at once, whether it writes or waits") func cancelled() async throws {
    let bench = try Bench()
    let (writing, waiting) = (await bench.write(), await bench.write())
    bench.tasks.cancel()
    #expect(await gaveUp(writing) == .shutdown)
    #expect(await gaveUp(waiting) == .shutdown)
    bench.end(writes: 2)
  }

  @Test("a flush waits for the exports that run when it begins, and for no later ones") func flush() async throws {
    let bench = try Bench()
    let first = await bench.write()
    let flush = Promise<Bool>()
    Task(executorPreference: bench.lease.loop) {
      _ = flush.fulfil(await bench.delivery.flush(deadline: .after(.seconds(600))))
    }
    await bench.lease.loop.sleep(until: .after(.milliseconds(50)))
    let second = await bench.write()
    bench.output.gate.signal()
    #expect(await Loopback.wait { first.current != nil })
    #expect(await Loopback.wait { flush.current != nil })
    #expect(flush.current == true && second.current == nil)
    bench.output.gate.signal()
    _ = await second.value
    bench.end(writes: 0)
  }
}

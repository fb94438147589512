import OTLPTesting
import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@testable import OTLPExport

/// A message that is encoded or compressed on a blocking thread, when all of these are stuck, as in a look-up of a name.
@Suite(.ownThreads) struct BusyThreadsTests {
  private struct Bench: Sendable {
    let lease: TelemetryRuntime.Lease
    let delivery: Delivery
    let gate = BlockingSemaphore()

    init(_ compression: OTLPCompression = .gzip) throws {
      let runtime = try TelemetryRuntime(.development)
      let lease = try runtime.acquire()
      self.lease = lease
      var configuration = OTLPConfiguration(endpoint: "http://server:4317")
      configuration.compression.set(compression)
      delivery = Delivery(
        configuration, servers: try configuration.validate(), client: ScriptedClient(lease.loop), loop: lease.loop,
        runtime: runtime, diagnostics: .silent)
      runtime.startBlocking { [gate] in _ = gate.wait(until: .never) }
    }

    func export(timeout: Duration? = nil, deadline: Deadline) -> Task<ExportOutcome, Never> {
      Task(executorPreference: lease.loop) { [delivery] in
        let spans = StandardWorkload().spans(0..<8000)  // more than a megabyte
        return await delivery.export(SpanBatch(spans), timeout: timeout, deadline: deadline)
      }
    }

    /// Waits until an export waits for a thread.
    func waitForWork() async {
      let limit = Deadline.after(Loopback.patience)
      while await delivery.threadWork.isEmpty, !limit.hasPassed { await Task.yield() }
    }

    func end() {
      gate.signal()
      lease.end()
    }
  }

  private func ends(_ export: Task<ExportOutcome, Never>, _ bench: Bench) async -> ExportOutcome {
    let done = Promise<ExportOutcome>()
    Task { done.fulfil(await export.value) }
    #expect(await Loopback.wait { done.current != nil })
    bench.end()
    return await export.value
  }

  @Test("a message that is sent as it is needs no thread") func unchanged() async throws {
    let bench = try Bench(.none)
    let outcome = await ends(bench.export(deadline: .after(Loopback.patience)), bench)
    #expect(outcome.exported == 8000)
  }

  @Test("the export ends at its deadline") func deadline() async throws {
    let bench = try Bench()
    let outcome = await ends(bench.export(deadline: .after(.seconds(2))), bench)
    #expect(outcome.dropped == [.timeout: 8000])
  }

  @Test("the export ends when its time is over") func timeout() async throws {
    let bench = try Bench()
    let outcome = await ends(bench.export(timeout: .seconds(2), deadline: .never), bench)
    #expect(outcome.dropped == [.timeout: 8000])
  }

  @Test("the export ends when it is cancelled") func cancelled() async throws {
    let bench = try Bench()
    let export = bench.export(deadline: .never)
    await bench.waitForWork()
    export.cancel()
    let outcome = await ends(export, bench)
    #expect(outcome.dropped == [.shutdown: 8000])
  }

  @Test("the export ends with the shutdown") func shutdown() async throws {
    let bench = try Bench()
    let export = bench.export(deadline: .never)
    await bench.waitForWork()
    await bench.delivery.end(.traces, deadline: .after(.milliseconds(100)))
    let outcome = await ends(export, bench)
    #expect(outcome.dropped == [.shutdown: 8000])
  }
}

#if SQLite
  import OTLPExport
  import OTLPTesting
  import OTLPWire
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// The client when its only blocking thread is at other work.
  @Suite(.ownThreads) struct SQLiteClientTests {
    private struct Bench: Sendable {
      let path: String
      let lease: TelemetryRuntime.Lease
      let client: SQLiteClient
      let gate = BlockingSemaphore()

      init() throws {
        path = try TestFiles.makeDirectory() + "/telemetry.sqlite"
        let runtime = try TelemetryRuntime(.development)
        lease = try runtime.acquire()
        client = SQLiteClient(SQLiteWriter(path: path, retention: nil), loop: lease.loop, runtime: runtime)
      }

      func closeGate() { lease.runtime.startBlocking { [gate] in _ = gate.wait(until: .never) } }

      func send(within limit: Duration) -> Task<Result<ExportResponse, AttemptFailure>, any Error> {
        Task(executorPreference: lease.loop) { [client] in
          let message = OutgoingMessage(
            bytes: try RowSet.encode(BufferSlice([]), .traces), signal: .traces, isCompressed: false)
          return await client.send(message, headers: nil, deadline: .after(limit))
        }
      }

      /// Waits until the thread has nothing to do.
      func isIdle() async -> Bool {
        let idle = Promise<Void>()
        lease.runtime.startBlocking { idle.fulfil(()) }
        return await Loopback.wait { idle.current != nil }
      }
    }

    @Test("work that is cancelled before its thread begins isn't done: it would wait for a lock until its deadline")
    func cancelledBefore() async throws {
      let bench = try Bench()
      _ = try await bench.send(within: Loopback.patience).value.get()
      let holder = try SQLiteConnection(bench.path, .writing, SQLiteInterruption())
      try holder.execute("BEGIN IMMEDIATE")
      bench.closeGate()
      let send = bench.send(within: .seconds(600))
      await bench.lease.loop.sleep(until: .after(.milliseconds(50)))
      send.cancel()
      guard case .failure(let failure) = try await send.value else { return #expect(Bool(false), "it was stored") }
      #expect(failure.origin == .deadline || failure.origin == .cancelled)
      bench.gate.signal()
      #expect(await bench.isIdle())
      try holder.execute("COMMIT")
      bench.lease.end()
    }

    @Test("work that no thread has begun, and a call that waits for earlier work, were never sent, and never are")
    func neverBegun() async throws {
      let bench = try Bench()
      _ = try await bench.send(within: Loopback.patience).value.get()
      bench.closeGate()
      for _ in 0..<2 {
        guard case .failure(let failure) = try await bench.send(within: .milliseconds(10)).value else {
          return #expect(Bool(false), "it was stored")
        }
        #expect(failure.origin == .deadline && failure.meaning == .retry && failure.fate == .neverProcessed)
        #expect(failure.isUnconnected && !failure.mayHaveBeenDelivered)
      }
      bench.gate.signal()
      #expect(await bench.isIdle())
      _ = try await bench.send(within: Loopback.patience).value.get()
      bench.lease.end()
    }

    @Test("a call that waits for work that was given up ends with its task")
    func cancelledWaiting() async throws {
      let bench = try Bench()
      bench.closeGate()
      let first = bench.send(within: .milliseconds(10))
      guard case .failure = try await first.value else { return #expect(Bool(false), "it was stored") }
      let start = MonotonicInstant.system
      let second = bench.send(within: .seconds(600))
      await bench.lease.loop.sleep(until: .after(.milliseconds(50)))
      second.cancel()
      guard case .failure(let failure) = try await second.value else { return #expect(Bool(false), "it was stored") }
      #expect(failure.origin == .cancelled && failure.fate == .neverProcessed)
      #expect(MonotonicInstant.system - start < Loopback.patience)
      bench.gate.signal()
      bench.lease.end()
    }

    @Test("a call that waits for work that was given up ends with the shutdown")
    func shutdownWhileWaiting() async throws {
      let bench = try Bench()
      bench.closeGate()
      guard case .failure = try await bench.send(within: .milliseconds(10)).value else {
        return #expect(Bool(false), "it was stored")
      }
      let start = MonotonicInstant.system
      let second = bench.send(within: .seconds(600))
      await bench.lease.loop.sleep(until: .after(.milliseconds(50)))
      await bench.client.shutdown(deadline: .after(.milliseconds(50)))
      guard case .failure = try await second.value else { return #expect(Bool(false), "it was stored") }
      #expect(MonotonicInstant.system - start < Loopback.patience)
      bench.gate.signal()
      bench.lease.end()
    }

    @Test("work that a shutdown doesn't wait for closes the file when it ends")
    func shutdownClosesTheFile() async throws {
      let bench = try Bench()
      _ = try await bench.send(within: Loopback.patience).value.get()
      #expect(TestFiles.isOpen(bench.path))
      bench.closeGate()
      guard case .failure = try await bench.send(within: .milliseconds(10)).value else {
        return #expect(Bool(false), "it was stored")
      }
      await bench.client.shutdown(deadline: .after(.milliseconds(50)))
      bench.gate.signal()
      #expect(await bench.isIdle())
      #expect(!TestFiles.isOpen(bench.path))
      bench.lease.end()
    }
  }
#endif

#if PostgreSQL
  import Glibc
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// The end of the exporter, and that of its loop, while a server doesn't answer.
  @Suite(.ownThreads) struct PostgreSQLEndTests {
    @Test("shutdown ends a batch that waits for the server, and closes its connection")
    func shutdownWhileWaiting() async throws {
      let scene = try await PostgreSQLScene { $0.timeout = .seconds(600) }
      #expect(await scene.export(StandardWorkload().spans(0..<5)).exported == 5)
      let holder = try await scene.reader()
      for statement in ["BEGIN", "LOCK TABLE spans IN ACCESS EXCLUSIVE MODE"] {
        _ = try await holder.source.rows(statement, [], columns: [])
      }
      let export = Task { await scene.export(StandardWorkload().spans(5..<10), within: .seconds(600)) }
      let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'swift-otlp'"
      let waits = sessions + " AND wait_event_type = 'Lock'"
      while try await scene.server.query(waits) != ["1"] {}
      let start = MonotonicInstant.system
      await scene.exporter.shutdown(deadline: .after(.milliseconds(300)))
      #expect(await export.value.dropped == [.shutdown: 5])
      #expect(MonotonicInstant.system - start < Loopback.patience)
      // The server notices the end of the waiting session when its statement is cancelled; the holder's stays.
      let end = Deadline.after(Loopback.patience)
      while try await scene.server.query(sessions) != ["1"], !end.hasPassed {}
      #expect(try await scene.server.query(sessions) == ["1"])
      await holder.close()
    }

    @Test("shutdown has the server end the statements of all connections")
    func severalStatements() async throws {
      let scene = try await PostgreSQLScene {
        $0.timeout = .seconds(600)
        $0.maxConnections = 3
      }
      #expect(await scene.export(StandardWorkload().spans(0..<5)).exported == 5)
      let holder = try await scene.reader()
      for statement in ["BEGIN", "LOCK TABLE spans IN ACCESS EXCLUSIVE MODE"] {
        _ = try await holder.source.rows(statement, [], columns: [])
      }
      let exports = (1...3).map { number in
        Task { await scene.export(StandardWorkload().spans(number * 5..<number * 5 + 5), within: .seconds(600)) }
      }
      let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'swift-otlp'"
      let waits = sessions + " AND wait_event_type = 'Lock'"
      let end = Deadline.after(Loopback.patience)
      while try await scene.server.query(waits) != ["3"], !end.hasPassed {}
      await scene.exporter.shutdown(deadline: .after(.milliseconds(300)))
      for export in exports { #expect(await export.value.dropped == [.shutdown: 5]) }
      while try await scene.server.query(sessions) != ["1"], !end.hasPassed {}
      #expect(try await scene.server.query(sessions) == ["1"])
      await holder.close()
    }

    @Test("a request to cancel that the server doesn't answer holds no thread of the runtime")
    func unansweredCancellation() async throws {
      let scene = try await PostgreSQLScene()
      let runtime = try TelemetryRuntime(.development)
      var configuration = PostgreSQLConfiguration(connection: scene.server.url())
      configuration.timeout = .seconds(2)
      let exporter = try PostgreSQLExporter(configuration, runtime: runtime, diagnostics: scene.log.diagnostics)
      let spans = StandardWorkload().spans(0..<10)
      let first = await exporter.export(SpanBatch(Array(spans.prefix(5))), deadline: .after(Loopback.patience))
      #expect(first.exported == 5)
      let holder = try await scene.reader()
      for statement in ["BEGIN", "LOCK TABLE spans IN ACCESS EXCLUSIVE MODE"] {
        _ = try await holder.source.rows(statement, [], columns: [])
      }
      // The sessions go on, and new connections are accepted by the system alone.
      let server = TestFiles.read(scene.server.directory + "/data/postmaster.pid").prefix { $0 != "\n" }
      let process = try #require(pid_t(server))
      kill(process, SIGSTOP)
      let outcome = await exporter.export(SpanBatch(Array(spans.suffix(5))), deadline: .after(.seconds(4)))
      #expect(outcome.exported == 0)
      let idle = Promise<Void>()
      runtime.startBlocking { idle.fulfil(()) }
      #expect(await Loopback.wait { idle.current != nil })
      kill(process, SIGCONT)
      await exporter.shutdown(deadline: .after(.seconds(1)))
      await holder.close()
      await scene.end()
    }

    @Test("after the loop's end a connection that was watched before isn't waited for")
    func endedLoop() async throws {
      let runtime = try TelemetryRuntime(.development)
      let lease = try runtime.acquire()
      var ends: [Int32] = [0, 0]
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      let pair = ends
      let socket = PostgreSQLSocket(pair[0], on: lease.loop)
      try await Task(executorPreference: lease.loop) {
        let first = try #require(socket.wait(for: .readable))
        runtime.shutdown()
        #expect(await first.value == false)
        #expect(socket.wait(for: .readable) == nil)
      }.value
      for end in pair { close(end) }
    }
  }
#endif

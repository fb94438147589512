#if PostgreSQL
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// A deletion of old rows that waits for a lock, over the only connection.
  @Suite(.ownThreads) struct PostgreSQLRetentionTests {
    private struct Bench {
      let scene: PostgreSQLScene
      let holder: DatabaseReader

      /// Locks old rows, and exports a batch whose deletion waits for them.
      init() async throws {
        scene = try await PostgreSQLScene {
          $0.timeout = .seconds(600)
          $0.retention = .seconds(3600)
          $0.maxConnections = 1
        }
        let keeper = try scene.exporter(scene.server.url())
        let old = SpanBatch(StandardWorkload().spans(0..<3))
        #expect(await keeper.export(old, deadline: .after(Loopback.patience)).exported == 3)
        await keeper.shutdown(deadline: .after(.seconds(5)))
        holder = try await scene.reader()
        for statement in ["BEGIN", "SELECT 1 FROM spans FOR UPDATE"] {
          _ = try await holder.source.rows(statement, [], columns: [])
        }
        #expect(await export(3))
        #expect(try await becomes("1", "wait_event_type = 'Lock'"))
      }

      /// Exports a new span.
      func export(_ number: Int) async -> Bool {
        var span = StandardWorkload().span(number)
        span.startTimeUnixNano = UInt64(UnixTime.now)
        let (exported, spans) = (Promise<Int>(), [span])
        Task { [scene] in exported.fulfil(await scene.export(spans, within: .seconds(600)).exported) }
        return await Loopback.wait { exported.current == 1 }
      }

      /// Waits for a number of sessions.
      func becomes(_ count: String, _ condition: String) async throws -> Bool {
        let query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'swift-otlp' AND \(condition)"
        let end = Deadline.after(Loopback.patience)
        while try await scene.server.query(query) != [count], !end.hasPassed {}
        return try await scene.server.query(query) == [count]
      }
    }

    @Test("a deletion gives way to a batch, which is no failure, and its statement ends")
    func batch() async throws {
      let bench = try await Bench()
      #expect(await bench.export(4))
      #expect(try await bench.becomes("0", "wait_event_type = 'Lock'"))
      #expect(try await bench.scene.server.query("SELECT count(*) FROM spans") == ["5"])
      #expect(!bench.scene.log.text.contains("too old"), "\(bench.scene.log.text)")
      await bench.scene.end()
      await bench.holder.close()
    }

    @Test("a deletion gives way to the shutdown, which is no failure, and its statement ends")
    func shutdown() async throws {
      let bench = try await Bench()
      let ended = Promise<Void>()
      Task { [scene = bench.scene] in
        await scene.exporter.shutdown(deadline: .after(.seconds(600)))
        ended.fulfil(())
      }
      #expect(await Loopback.wait { ended.current != nil })
      // The holder's.
      #expect(try await bench.becomes("1", "true"))
      #expect(!bench.scene.log.text.contains("too old"), "\(bench.scene.log.text)")
      await bench.holder.close()
    }
  }
#endif

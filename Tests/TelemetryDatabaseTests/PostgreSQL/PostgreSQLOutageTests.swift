#if PostgreSQL
  import Glibc
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// The fate of spans when the server is away, refuses, or is changed by others.
  @Suite("PostgreSQL in an outage", .ownThreads)
  struct PostgreSQLOutageTests {
    private let workload = StandardWorkload()

    private func stored(_ scene: PostgreSQLScene) async throws -> [String] {
      try await scene.server.query("SELECT count(*) || ' ' || count(DISTINCT (trace_id, span_id)) FROM spans")
    }

    @Test("a connection that is cut after any number of bytes in either direction: each row stands there, once")
    func cuts() async throws {
      let scene = try await PostgreSQLScene()
      let relay = try CuttingRelay(to: scene.server.directory + "/.s.PGSQL.5432")
      // The session's beginning, the rows of a batch, and the answers up to the end of its transaction. The server's answers to a
      // batch are some hundred bytes, of which the last ones say that it is stored.
      var allowances = stride(from: 20, through: 1500, by: 60).map { CuttingRelay.Allowance(fromServer: $0) }
      allowances += stride(from: 20, through: 2500, by: 160).map { CuttingRelay.Allowance(fromClient: $0) }
      allowances += stride(from: 5_000, through: 90_000, by: 5_000).map { CuttingRelay.Allowance(fromClient: $0) }
      for (number, allowance) in allowances.enumerated() {
        relay.cut([allowance, allowance])
        let exporter = try scene.exporter("postgresql://owner@127.0.0.1:\(relay.port)/telemetry?sslmode=disable") {
          $0.maxConnections = 1
          $0.retry.initialBackoff = .milliseconds(1)
        }
        for batch in 0..<2 {
          let start = (number * 2 + batch) * 20
          let outcome = await exporter.export(
            SpanBatch(workload.spans(start..<start + 20)), deadline: .after(.seconds(60)))
          #expect(outcome.exported == 20, "\(allowance): \(String(describing: outcome.error))")
        }
        await exporter.shutdown(deadline: .after(.seconds(5)))
      }
      await scene.end()
      #expect(relay.cuts >= allowances.count)
      let count = allowances.count * 40
      #expect(try await stored(scene) == ["\(count) \(count)"])
      let spans = workload.spans(0..<count)
      for (table, items) in [("span_events", spans.map(\.events.count)), ("span_links", spans.map(\.links.count))] {
        #expect(try await scene.server.query("SELECT count(*) FROM \(table)") == ["\(items.reduce(0, +))"])
      }
    }

    @Test("a server that isn't there at the start is waited for, and shutdown keeps its deadline")
    func notThere() async throws {
      let scene = try await PostgreSQLScene()
      await scene.server.kill()
      let processor = try BatchSpanProcessor(exporter: scene.exporter, diagnostics: scene.log.diagnostics)
      for span in workload.spans(0..<100) { processor.onEnd(span) }
      var start = MonotonicInstant.system
      let flush = await processor.forceFlush(within: .seconds(2))
      #expect(!flush.isDelivered && MonotonicInstant.system - start < .seconds(4))
      #expect(processor.ledger.queued + processor.ledger.inFlight == 100, "\(processor.ledger)")
      #expect(scene.log.text.contains("an export failed and is tried again"), "\(scene.log.text)")
      try await scene.server.start()
      #expect(await processor.forceFlush(within: .seconds(60)).isDelivered)
      #expect(processor.ledger.exported == 100)
      await scene.server.kill()
      for span in workload.spans(100..<150) { processor.onEnd(span) }
      start = .system
      let end = await processor.shutdown(within: .seconds(1))
      #expect(MonotonicInstant.system - start < .seconds(3))
      #expect(end.ledger.exported == 100 && end.ledger.dropped.values.reduce(0, +) == 50, "\(end.ledger)")
    }

    @Test("too many connections are waited for")
    func tooManyConnections() async throws {
      let scene = try await PostgreSQLScene()
      try await scene.server.query("CREATE ROLE few LOGIN SUPERUSER; ALTER ROLE few NOSUPERUSER CONNECTION LIMIT 0")
      try await scene.server.query("GRANT ALL ON SCHEMA public TO few")
      let exporter = try scene.exporter(scene.server.url("few"))
      async let later = exporter.export(SpanBatch(workload.spans(0..<5)), deadline: .after(.seconds(120)))
      #expect(await Loopback.wait { scene.log.text.contains("status=53300") }, "\(scene.log.text)")
      try await scene.server.query("ALTER ROLE few CONNECTION LIMIT 5")
      #expect(await later.exported == 5)
      await exporter.shutdown(deadline: .after(.seconds(5)))
    }

    @Test(
      "a full disk is waited for, and what is counted as exported stands there",
      .enabled(if: getuid() == 0, "a file system of a limited size needs root"))
    func fullDisk() async throws {
      let scene = try await PostgreSQLScene()
      let folder = scene.server.directory + "/small"
      func run(_ command: String) async throws {
        let process = try ChildProcess(["/bin/sh", "-c", command])
        try #require(await process.wait() == 0, "\(process.errors)")
      }
      try await run("mkdir \(folder) && mount -t tmpfs -o size=1m tmpfs \(folder) && chown postgres \(folder)")
      try await scene.server.query("CREATE TABLESPACE small LOCATION '\(folder)'")
      try await scene.server.query("ALTER DATABASE telemetry SET default_tablespace = small")
      async let exported = exportMany(scene)
      #expect(await Loopback.wait { scene.log.text.contains("status=53100") }, "\(scene.log.text)")
      try await run("mount -o remount,size=64m \(folder)")
      #expect(await exported == 5000)
      await scene.end()
      #expect(try await stored(scene) == ["5000 5000"])
      await scene.server.kill()
      try await run("umount -l \(folder)")
    }

    private func exportMany(_ scene: PostgreSQLScene) async -> Int {
      var exported = 0
      for number in 0..<10 {
        exported += await scene.export(workload.spans(number * 500..<number * 500 + 500), within: .seconds(120))
          .exported
      }
      return exported
    }

    @Test("tables that were dropped are made again, or named if only some were")
    func droppedTables() async throws {
      let scene = try await PostgreSQLScene { $0.maxConnections = 1 }
      #expect(await scene.export(workload.spans(0..<5)).exported == 5)
      try await scene.server.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
      #expect(await scene.export(workload.spans(5..<15)).exported == 10)
      #expect(try await stored(scene) == ["10 10"])
      try await scene.server.query("DROP TABLE span_events")
      let refused = await scene.export(workload.spans(15..<20))
      #expect(refused.dropped == [.refused: 5])
      let message = (refused.error as? OTLPError)?.message ?? ""
      #expect(message == "the server refused the export: 42P01: relation \"span_events\" does not exist")
      await scene.end()
    }

    @Test("a column that a person adds doesn't matter, and a new constraint names the span")
    func alteredTable() async throws {
      let scene = try await PostgreSQLScene()
      #expect(await scene.export(workload.spans(0..<5)).exported == 5)
      try await scene.server.query("ALTER TABLE spans ADD note text")
      #expect(await scene.export(workload.spans(5..<10)).exported == 5)
      // A batch that is stored again takes the other way.
      #expect(await scene.export(workload.spans(5..<15)).exported == 10)
      #expect(try await stored(scene) == ["15 15"])
      var spans = workload.spans(15..<20)
      spans[2].name = "twice"
      spans[4].name = "twice"
      try await scene.server.query("CREATE UNIQUE INDEX ON spans (name) WHERE name = 'twice'")
      let outcome = await scene.export(spans)
      #expect(outcome.exported == 4 && outcome.dropped == [.refused: 1], "\(String(describing: outcome.error))")
      #expect((outcome.error as? OTLPError)?.message.contains("the span 'twice'") == true)
      await scene.end()
    }

    @Test("a password that is changed meanwhile is said, and the next batch tries the new one")
    func passwordMidway() async throws {
      let scene = try await PostgreSQLScene()
      try await scene.server.query("CREATE ROLE locked LOGIN PASSWORD 'right'; GRANT ALL ON SCHEMA public TO locked")
      let rules = scene.server.directory + "/data/pg_hba.conf"
      try TestFiles.write("local all locked scram-sha-256\nlocal all all trust\n", to: rules)
      try await scene.server.query("SELECT pg_reload_conf()")
      let exporter = try scene.exporter(scene.server.url("locked:right"))
      func export(_ range: Range<Int>) async -> ExportOutcome {
        await exporter.export(SpanBatch(workload.spans(range)), deadline: .after(.seconds(60)))
      }
      #expect(await export(0..<5).exported == 5)
      let disconnect = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'locked'"
      try await scene.server.query("ALTER ROLE locked PASSWORD 'other'; \(disconnect)")
      let refused = await export(5..<10)
      #expect(refused.dropped == [.refused: 5])
      #expect((refused.error as? OTLPError)?.message.contains("28P01: password authentication failed") == true)
      try await scene.server.query("ALTER ROLE locked PASSWORD 'right'")
      #expect(await export(10..<15).exported == 5)
      await exporter.shutdown(deadline: .after(.seconds(5)))
      #expect(try await stored(scene) == ["10 10"])
    }

    @Test("exports and shutdown end in time before a server that accepts and never answers")
    func silent() async throws {
      let listener = Loopback.Listener(backlog: 16)
      let log = EventLog()
      let exporter = try PostgreSQLExporter(
        PostgreSQLConfiguration(connection: "postgresql://owner@127.0.0.1:\(listener.port)/telemetry"),
        diagnostics: log.diagnostics)
      let start = MonotonicInstant.system
      let outcome = await exporter.export(SpanBatch(workload.spans(0..<5)), deadline: .after(.seconds(2)))
      #expect(outcome.dropped == [.unreachable: 5], "\(outcome)")
      let processor = try BatchSpanProcessor(exporter: exporter, diagnostics: log.diagnostics)
      for span in workload.spans(5..<10) { processor.onEnd(span) }
      #expect(!(await processor.forceFlush(within: .seconds(1)).isDelivered))
      let report = await processor.shutdown(within: .seconds(1))
      #expect(report.ledger.dropped.values.reduce(0, +) == 5, "\(report.ledger)")
      #expect(MonotonicInstant.system - start < .seconds(8))
    }

    /// Has the server fail when spans are inserted or deleted.
    private func fail(_ scene: PostgreSQLScene, _ event: String, _ state: String) async throws {
      try await scene.server.query(
        """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
        'BEGIN RAISE EXCEPTION ''the heart broke'' USING ERRCODE = ''\(state)''; END'
        """)
      let condition = event == "INSERT" ? "WHEN (new.name = 'poison')" : ""
      try await scene.server.query(
        "CREATE TRIGGER fail BEFORE \(event) ON spans FOR EACH ROW \(condition) EXECUTE FUNCTION fail()")
    }

    @Test("a batch that always causes an internal error is dropped after five tries, and others are stored")
    func internalError() async throws {
      let scene = try await PostgreSQLScene {
        $0.retry.initialBackoff = .milliseconds(10)
        $0.retry.maxBackoff = .milliseconds(20)
        $0.retry.circuitThreshold = nil
      }
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      try await fail(scene, "INSERT", "XX000")
      var spans = StandardWorkload().spans(1..<5)
      spans[1].name = "poison"
      let outcome = await scene.export(spans)
      #expect(outcome.dropped == [.refused: 4])
      #expect(outcome.attempts == 5)
      #expect((outcome.error as? OTLPError)?.message == "the server refused the export: XX000: the heart broke")
      #expect(await scene.export(StandardWorkload().spans(5..<8)).exported == 3)
      await scene.end()
    }

    @Test("a retention that fails is said once, and what is exported is stored")
    func failingRetention() async throws {
      let scene = try await PostgreSQLScene()
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      try await fail(scene, "DELETE", "P0001")
      let exporter = try scene.exporter(scene.server.url()) { $0.retention = .seconds(1) }
      for number in 1...3 {
        let batch = SpanBatch(StandardWorkload().spans(number..<number + 1))
        #expect(await exporter.export(batch, deadline: .after(.seconds(30))).exported == 1)
      }
      await exporter.shutdown(deadline: .after(.seconds(5)))
      let warnings = scene.log.events.filter { $0.message.contains("too old") }.map(\.description)
      #expect(
        warnings.count == 1 && warnings[0].contains("P0001") && warnings[0].contains("heart"), "\(scene.log.text)")
      await scene.end()
    }
  }
#endif

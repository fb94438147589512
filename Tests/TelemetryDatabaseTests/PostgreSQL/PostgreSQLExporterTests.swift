#if PostgreSQL
  import Glibc
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  @Suite("PostgreSQL", .ownThreads)
  struct PostgreSQLExporterTests {
    @Test("spans and log records of every shape come back as they were, but for the order of attributes")
    func roundTrip() async throws {
      let scene = try await PostgreSQLScene()
      var random = RandomItems(seed: 14)
      let (spans, records) = (random.spans(5000), random.logRecords(2000))
      for start in stride(from: 0, to: 5000, by: 500) {
        let outcome = await scene.export(Array(spans[start..<start + 500]))
        #expect(outcome.exported == 500, "\(String(describing: outcome.error))")
      }
      let logs = scene.exporter.logExporter
      for start in stride(from: 0, to: 2000, by: 500) {
        let outcome = await logs.export(LogRecordBatch(records[start..<start + 500]), deadline: .after(.seconds(60)))
        #expect(outcome.exported == 500, "\(String(describing: outcome.error))")
      }
      await logs.shutdown(deadline: .after(.seconds(5)))
      await scene.end()
      let reader = try await scene.reader()
      expectSame(try await reader.allSpans().map(\.sorted), spans.map(\.sorted))
      expectSame(try await reader.allLogRecords().map(\.sorted), records.map(\.sorted))
      await reader.close()
    }

    @Test("a query that takes longer than its limit ends with an error that names it")
    func readingPatience() async throws {
      let scene = try await PostgreSQLScene()
      #expect(await scene.export(StandardWorkload().spans(0..<5)).exported == 5)
      await scene.end()
      var patience = ReadingPatience()
      patience.opening = .seconds(60)
      patience.query = .milliseconds(100)
      let reader = try await TelemetryStore.open(DatabaseName(scene.server.url()), patience: patience)
      let error = await #expect(throws: DatabaseError.self) {
        try await reader.source.rows("SELECT 1 FROM pg_sleep(600)", [], columns: [.int32])
      }
      #expect(error?.description == "the database didn't answer a query within 0.1 seconds")
      await reader.close()
    }

    @Test("queries run in order, and closing ends one that runs and those that follow")
    func closing() async throws {
      let scene = try await PostgreSQLScene()
      #expect(await scene.export(StandardWorkload().spans(0..<5)).exported == 5)
      await scene.end()
      let reader = try await scene.reader()
      async let first = reader.source.rows("SELECT 1::bigint", [], columns: [.int64])
      async let second = reader.source.rows("SELECT 2::bigint", [], columns: [.int64])
      #expect(try await [first, second] == [[[.integer(1)]], [[.integer(2)]]])
      let query = Task { try await reader.source.rows("SELECT 1 FROM pg_sleep(600)", [], columns: [.int32]) }
      let running = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'swift-otlp' AND state = 'active'"
      let end = Deadline.after(Loopback.patience)
      while try await scene.server.query(running) != ["1"], !end.hasPassed {}
      await reader.close()
      let error = await #expect(throws: DatabaseError.self) { try await query.value }
      #expect(error?.description == "the database was closed")
      await #expect(throws: DatabaseError.self) { try await reader.source.rows("SELECT 1", [], columns: [.int32]) }
    }

    @Test("a batch that is stored again stands there once, and views show it")
    func duplicates() async throws {
      let scene = try await PostgreSQLScene()
      let spans = StandardWorkload().spans(0..<50)
      #expect(await scene.export(spans).exported == 50)
      #expect(await scene.export(spans).exported == 50)
      await scene.end()
      let reader = try await scene.reader()
      expectSame(try await reader.allSpans().map(\.sorted), spans.map(\.sorted))
      await reader.close()
      #expect(try await scene.server.query("SELECT sum(spans) FROM traces") == ["50"])
      #expect(try await scene.server.query("SELECT count(*) FROM slow_spans") == ["50"])
    }

    @Test("the server is killed and started again under load: each exported span stands there, once")
    func killed() async throws {
      let scene = try await PostgreSQLScene()
      var configuration = BatchConfiguration()
      configuration.maxQueueSize = 20_000
      configuration.overflow = .block(upTo: .seconds(60))
      let processor = try BatchSpanProcessor(
        exporter: scene.exporter, configuration: configuration, diagnostics: scene.log.diagnostics)
      let workload = StandardWorkload()
      for number in 0..<6000 {
        processor.onEnd(workload.span(number))
        if number == 3000 { await scene.server.kill() }
        if number == 4500 { try await scene.server.start() }
      }
      let report = await processor.shutdown(within: .seconds(60))
      #expect(report.ledger.exported == 6000, "\(report.ledger) \(scene.log.text)")
      #expect(report.ledger.exported + report.ledger.dropped.values.reduce(0, +) == report.ledger.ended)
      let stored = try await scene.server.query(
        "SELECT count(*) || ' ' || count(DISTINCT (trace_id, span_id)) FROM spans")
      #expect(stored == ["6000 6000"])
    }

    @Test("two exporters make the schema at once")
    func twoWriters() async throws {
      let scene = try await PostgreSQLScene()
      let second = try scene.exporter(scene.server.url())
      let workload = StandardWorkload()
      async let first = scene.export(workload.spans(0..<200))
      async let other = second.export(SpanBatch(workload.spans(100..<300)), deadline: .after(.seconds(60)))
      #expect(await first.exported == 200)
      let outcome = await other
      #expect(outcome.exported == 200, "\(String(describing: outcome.error))")
      await second.shutdown(deadline: .after(.seconds(5)))
      await scene.end()
      #expect(try await scene.server.query("SELECT count(*) FROM spans") == ["300"])
    }

    @Test("a missing database, a missing user and missing rights are said once, plainly")
    func refusals() async throws {
      let scene = try await PostgreSQLScene()
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      try await scene.server.query("CREATE ROLE guest LOGIN")
      for (url, message) in [
        (scene.server.url(database: "nowhere"), "3D000: database \"nowhere\" does not exist"),
        (scene.server.url("nobody"), "28000: role \"nobody\" does not exist"),
        (scene.server.url("guest"), "42501: permission denied for table telemetry_schema"),
      ] {
        let exporter = try scene.exporter(url)
        let outcome = await exporter.export(SpanBatch(StandardWorkload().spans(1..<3)), deadline: .after(.seconds(20)))
        #expect(outcome.dropped == [.refused: 2])
        #expect(outcome.attempts == 1)
        #expect((outcome.error as? OTLPError)?.message == "the server refused the export: \(message)")
        await exporter.shutdown(deadline: .after(.seconds(5)))
      }
      await scene.end()
    }

    @Test("a wrong password is said plainly, and never printed")
    func password() async throws {
      let scene = try await PostgreSQLScene()
      try await scene.server.query(
        "SET password_encryption = 'scram-sha-256'; CREATE ROLE locked LOGIN PASSWORD 'right'")
      let rules = scene.server.directory + "/data/pg_hba.conf"
      try TestFiles.write("local all locked scram-sha-256\nlocal all all trust\n", to: rules)
      try await scene.server.query("SELECT pg_reload_conf()")
      let wrong = scene.server.url("locked:hunter2hunter2")
      let exporter = try scene.exporter(wrong)
      let outcome = await exporter.export(SpanBatch(StandardWorkload().spans(0..<2)), deadline: .after(.seconds(20)))
      #expect(outcome.dropped == [.refused: 2])
      let message = (outcome.error as? OTLPError)?.message ?? ""
      #expect(message == "the server refused the export: 28P01: password authentication failed for user \"locked\"")
      #expect(!"\(exporter.selfMetrics)".contains("hunter2"))
      #expect(!scene.log.text.contains("hunter2"))
      await exporter.shutdown(deadline: .after(.seconds(5)))
      await scene.end()
    }

    @Test("a span that the database refuses is found, and the others are stored")
    func badData() async throws {
      let scene = try await PostgreSQLScene()
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      try await scene.server.query("ALTER TABLE spans ADD CHECK (name <> 'bad')")
      var spans = StandardWorkload().spans(1..<21)
      spans[7].name = "bad"
      let outcome = await scene.export(spans)
      #expect(outcome.exported == 19)
      #expect(outcome.dropped == [.refused: 1])
      #expect((outcome.error as? OTLPError)?.message.contains("the span 'bad'") == true)
      await scene.end()
      #expect(try await scene.server.query("SELECT count(*) FROM spans") == ["20"])
    }

    @Test("a database that is read-only is waited for")
    func readOnly() async throws {
      let scene = try await PostgreSQLScene()
      let spans = StandardWorkload().spans(0..<10)
      #expect(await scene.export(Array(spans.prefix(5))).exported == 5)
      try await scene.server.query("ALTER DATABASE telemetry SET default_transaction_read_only = on")
      try await scene.server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'swift-otlp'")
      async let later = scene.export(Array(spans.dropFirst(5)), within: .seconds(120))
      #expect(await Loopback.wait { scene.log.text.contains("status=25006") }, "\(scene.log.text)")
      try await scene.server.query("ALTER DATABASE telemetry RESET default_transaction_read_only", database: "postgres")
      #expect(await later.exported == 5)
      await scene.end()
      #expect(try await scene.server.query("SELECT count(*) FROM spans") == ["10"])
    }

    @Test("exports and shutdown end in time while the server is stopped")
    func stopped() async throws {
      let scene = try await PostgreSQLScene()
      #expect(await scene.export(StandardWorkload().spans(0..<5)).exported == 5)
      scene.server.send(SIGSTOP)
      let start = MonotonicInstant.system
      let outcome = await scene.export(StandardWorkload().spans(5..<10), within: .seconds(2))
      #expect(outcome.dropped.values.reduce(0, +) == 5)
      await scene.exporter.shutdown(deadline: .after(.seconds(1)))
      #expect(MonotonicInstant.system - start < .seconds(6))
      scene.server.send(SIGCONT)
      #expect(try await scene.server.query("SELECT count(*) FROM spans") == ["5"])
    }

    @Test("old spans are deleted with their events and links")
    func retention() async throws {
      let scene = try await PostgreSQLScene { $0.retention = .seconds(3600) }
      var spans = StandardWorkload().spans(0..<5)
      let now = UInt64(UnixTime.now)
      for index in spans.indices {
        spans[index].startTimeUnixNano = now - (index < 3 ? 7_200_000_000_000 : 0)
        spans[index].events = [SpanData.Event(name: "e", timeUnixNano: now)]
      }
      #expect(await scene.export(spans).exported == 5)
      await scene.end()
      #expect(try await scene.server.query("SELECT count(*) FROM spans") == ["2"])
      #expect(try await scene.server.query("SELECT count(*) FROM span_events") == ["2"])
    }

    @Test("a batch is answered while the deletion of old rows waits for a lock")
    func lockedRetention() async throws {
      let scene = try await PostgreSQLScene {
        $0.timeout = .seconds(600)
        $0.retention = .seconds(3600)
      }
      let keeper = try scene.exporter(scene.server.url())
      let old = SpanBatch(StandardWorkload().spans(0..<3))
      #expect(await keeper.export(old, deadline: .after(Loopback.patience)).exported == 3)
      await keeper.shutdown(deadline: .after(.seconds(5)))
      let holder = try await scene.reader()
      for statement in ["BEGIN", "SELECT 1 FROM spans FOR UPDATE"] {
        _ = try await holder.source.rows(statement, [], columns: [])
      }
      var span = StandardWorkload().span(3)
      span.startTimeUnixNano = UInt64(UnixTime.now)
      let (exported, spans) = (Promise<Int>(), [span])
      Task { exported.fulfil(await scene.export(spans, within: .seconds(600)).exported) }
      #expect(await Loopback.wait { exported.current == 1 })
      let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
      let end = Deadline.after(Loopback.patience)
      while try await scene.server.query(waits) != ["1"], !end.hasPassed {}
      _ = try await holder.source.rows("ROLLBACK", [], columns: [])
      await holder.close()
      await scene.end()
      #expect(try await scene.server.query("SELECT count(*) FROM spans") == ["1"])
    }

    @Test("values that can't be used are named, and no secret is")
    func configuration() throws {
      func message(_ change: (inout PostgreSQLConfiguration) -> Void) -> String {
        var configuration = PostgreSQLConfiguration(connection: "postgresql://localhost/x")
        change(&configuration)
        do {
          _ = try PostgreSQLExporter(configuration)
          return ""
        } catch { return "\(error)" }
      }
      #expect(
        message { $0.connection = "secret words" }.hasPrefix("connection: '[REDACTED] (12 bytes)' is not allowed"))
      #expect(message { $0.maxConnections = 0 } == "maxConnections: '0' is not allowed; allowed: 1 to 100")
      #expect(message { $0.connectTimeout = .zero }.hasPrefix("connectTimeout: '0.0 seconds' is not allowed"))
    }
  }
#endif

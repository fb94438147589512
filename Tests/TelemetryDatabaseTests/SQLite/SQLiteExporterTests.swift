#if SQLite
  import Glibc
  import OTLPExport
  import OTLPTesting
  import Synchronization
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  @Suite("SQLite", .ownThreads)
  struct SQLiteExporterTests {
    @Test("spans of every shape come back as they were")
    func roundTrip() async throws {
      let scene = try SQLiteScene()
      var random = RandomItems(seed: 13)
      var sent: [SpanData] = []
      for _ in 0..<10 {
        let spans = random.spans(500)
        #expect(await scene.export(spans).exported == 500)
        sent += spans
      }
      await scene.end()
      let stored = try await scene.stored()
      expectSame(stored, sent)
    }

    @Test("a batch that is stored again stands there once, and spans with the same identifiers are all kept")
    func duplicates() async throws {
      let scene = try SQLiteScene()
      let spans = StandardWorkload().spans(0..<50)
      var other = spans[0]
      other.name = "another span"
      #expect(await scene.export(spans).exported == 50)
      #expect(await scene.export(spans + [other]).exported == 51)
      await scene.end()
      let stored = try await scene.stored()
      #expect(stored.count == 51)
      expectSame(stored, spans + [other])
    }

    @Test("spans that stand in a batch twice, or among new ones, keep their events and links")
    func mixedDuplicates() async throws {
      let scene = try SQLiteScene()
      let spans = StandardWorkload().spans(0..<60)
      #expect(await scene.export(Array(spans[10..<20])).exported == 10)
      let mixed = Array(spans[0..<30]) + Array(spans[0..<5]) + Array(spans[25..<60])
      #expect(await scene.export(mixed).exported == mixed.count)
      await scene.end()
      expectSame(try await scene.stored(), spans)
      let events = spans.reduce(0) { $0 + $1.events.count }
      #expect(try scene.query("SELECT count(*) FROM span_events") == ["\(events)"])
    }

    @Test("a retention that fails is said once, and what is exported is stored")
    func failingRetention() async throws {
      let scene = try SQLiteScene()
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      _ = try scene.query("CREATE TRIGGER kept BEFORE DELETE ON spans BEGIN SELECT RAISE(ABORT, 'spans are kept'); END")
      var configuration = SQLiteConfiguration(path: scene.path)
      configuration.retention = .seconds(1)
      let log = EventLog()
      let exporter = try SQLiteExporter(configuration, diagnostics: log.diagnostics)
      for number in 1...3 {
        let batch = SpanBatch(StandardWorkload().spans(number..<number + 1))
        #expect(await exporter.export(batch, deadline: .after(.seconds(30))).exported == 1)
      }
      await exporter.shutdown(deadline: .after(.seconds(5)))
      let warnings = log.events.filter { $0.message.contains("too old") }.map(\.description)
      #expect(warnings.count == 1 && warnings[0].contains("spans are kept"), "\(log.text)")
      await scene.end()
    }

    @Test("a batch is answered before old rows are deleted, and a shutdown ends the deletion and closes the file")
    func endlessDeletion() async throws {
      let scene = try SQLiteScene()
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      await scene.end()
      let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"
      _ = try scene.query("CREATE VIEW endless AS \(numbers)")
      _ = try scene.query("CREATE TRIGGER slow BEFORE DELETE ON spans BEGIN SELECT i FROM endless; END")
      var configuration = SQLiteConfiguration(path: scene.path)
      configuration.timeout = .seconds(600)
      configuration.retention = .seconds(1)
      let exporter = try SQLiteExporter(configuration, diagnostics: .silent)
      let exported = Promise<Int>()
      Task {
        let batch = SpanBatch(StandardWorkload().spans(1..<2))
        exported.fulfil(await exporter.export(batch, deadline: .after(.seconds(600))).exported)
      }
      #expect(await Loopback.wait { exported.current == 1 })
      await exporter.shutdown(deadline: .after(.milliseconds(100)))
      #expect(await Loopback.wait { !TestFiles.isOpen(scene.path) })
      withExtendedLifetime(exporter) {}
      #expect(try scene.query("SELECT count(*) || '' FROM spans") == ["2"])
    }

    @Test("views show traces and slow spans")
    func views() async throws {
      let scene = try SQLiteScene()
      let resource = Resource(["service.name": "shop"])
      func span(_ id: UInt64, parent: UInt64, _ end: UInt64, _ status: SpanData.Status = .unset) -> SpanData {
        SpanData(
          traceID: TraceID(high: 1, low: 2), spanID: SpanID(id), parentSpanID: SpanID(parent), name: "span \(id)",
          kind: .server, startTimeUnixNano: 1_000_000_000 + id, endTimeUnixNano: 1_000_000_000 + end, status: status,
          resource: resource)
      }
      #expect(
        await scene.export([span(2, parent: 1, 500_000, .error("no")), span(1, parent: 0, 2_000_001)]).exported == 2)
      await scene.end()
      #expect(
        try scene.query("SELECT trace_id||' '||root_service||' '||root_name||' '||duration_ms||' '||errors FROM traces")
          == ["00000000000000010000000000000002 shop span 1 2.0 1"])
      #expect(try scene.query("SELECT name FROM slow_spans") == ["span 1", "span 2"])
      #expect(try scene.query("SELECT start_time FROM traces") == ["1970-01-01T00:00:01.000Z"])
    }

    @Test("two exporters write to one file at once, which both make")
    func twoWriters() async throws {
      let scene = try SQLiteScene()
      let second = try SQLiteExporter(SQLiteConfiguration(path: scene.path), diagnostics: scene.log.diagnostics)
      let workload = StandardWorkload()
      async let others = withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<20 {
          group.addTask {
            await second.export(
              SpanBatch(workload.spans(number * 50..<number * 50 + 50)), deadline: .after(.seconds(60))
            )
            .exported
          }
        }
        return try await group.reduce(0, +)
      }
      var exported = 0
      for number in 20..<40 {
        exported += await scene.export(workload.spans(number * 50..<number * 50 + 50), within: .seconds(60)).exported
      }
      #expect(try await others == 1000)
      #expect(exported == 1000)
      await second.shutdown(deadline: .after(.seconds(5)))
      await scene.end()
      #expect(try scene.query("SELECT count(*) FROM spans") == ["2000"])
    }

    @Test("a locked file is waited for, and nothing is lost")
    func locked() async throws {
      let scene = try SQLiteScene { $0.timeout = .milliseconds(100) }
      let spans = StandardWorkload().spans(0..<10)
      #expect(await scene.export(Array(spans.prefix(1))).exported == 1)
      let holder = try SQLiteConnection(scene.path, .writing, SQLiteInterruption())
      try holder.execute("BEGIN IMMEDIATE")
      let outcome = await scene.exporter.export(
        SpanBatch(Array(spans.dropFirst())), timeout: .milliseconds(300), deadline: .after(.milliseconds(1500)))
      // The file stays locked until the deadline: the time of the outage doesn't count, but the deadline does.
      #expect(outcome.dropped.values.reduce(0, +) == 9)
      let message = (outcome.error as? OTLPError)?.message ?? ""
      #expect(message.contains("locked"), "\(message)")
      async let later = scene.export(Array(spans.dropFirst()))
      try holder.execute("COMMIT")
      #expect(await later.exported == 9)
      await scene.end()
      expectSame(try await scene.stored(), spans)
      #expect(scene.log.text.contains("an export failed and is tried again"))
    }

    @Test("a folder that is missing is said once, plainly")
    func missingFolder() async throws {
      let scene = try SQLiteScene { $0.path = "/nonexistent/folder/telemetry.sqlite" }
      let outcome = await scene.export(StandardWorkload().spans(0..<3))
      #expect(outcome.dropped == [.refused: 3])
      #expect(outcome.attempts == 1)
      #expect(
        (outcome.error as? OTLPError)?.message
          == "the server refused the export: SQLITE_CANTOPEN: unable to open database file (No such file or directory)")
      await scene.end()
    }

    @Test("a file that is deleted while it is open is made again")
    func deletedFile() async throws {
      let scene = try SQLiteScene()
      let spans = StandardWorkload().spans(0..<20)
      #expect(await scene.export(Array(spans.prefix(10))).exported == 10)
      for name in TestFiles.names(in: scene.directory) { unlink(scene.directory + "/" + name) }
      #expect(await scene.export(Array(spans.dropFirst(10))).exported == 10)
      await scene.end()
      expectSame(try await scene.stored(), Array(spans.dropFirst(10)))
    }

    @Test("a schema of a later version is refused, and one of an earlier version is migrated")
    func versions() async throws {
      let scene = try SQLiteScene()
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      let current = DatabaseSchema.current(.sqlite)
      let next = DatabaseSchema(
        creation: current.creation, migrations: current.migrations + [["CREATE TABLE added (x)"]])
      let rows = RowSet(try RowSet.encode(BufferSlice([]), .traces))!
      for _ in 0..<2 {
        let writer = SQLiteWriter(path: scene.path, retention: nil, schema: next)
        #expect(throws: Never.self) { try writer.store(rows).get() }
      }
      #expect(try scene.query("SELECT version FROM telemetry_schema") == ["3"])
      #expect(try scene.query("SELECT count(*) FROM added") == ["0"])
      await scene.end()
      let late = try SQLiteExporter(SQLiteConfiguration(path: scene.path), diagnostics: scene.log.diagnostics)
      let outcome = await late.export(SpanBatch(StandardWorkload().spans(1..<2)), deadline: .after(.seconds(10)))
      #expect(outcome.dropped == [.refused: 1])
      #expect((outcome.error as? OTLPError)?.message.contains("version 3 of the schema") == true)
      await late.shutdown(deadline: .after(.seconds(5)))
    }

    @Test("old spans are deleted with their events and links")
    func retention() async throws {
      let scene = try SQLiteScene { $0.retention = .seconds(3600) }
      var spans = StandardWorkload().spans(0..<5)
      let now = UInt64(UnixTime.now)
      for index in spans.indices {
        spans[index].startTimeUnixNano = now - (index < 3 ? 7_200_000_000_000 : 0)
        spans[index].events = [SpanData.Event(name: "e", timeUnixNano: now)]
        spans[index].links = [SpanData.Link(traceID: TraceID(high: 1, low: 1), spanID: SpanID(1))]
      }
      #expect(await scene.export(spans).exported == 5)
      await scene.end()
      expectSame(try await scene.stored(), Array(spans.suffix(2)))
      #expect(try scene.query("SELECT count(*) FROM span_events") == ["2"])
      #expect(try scene.query("SELECT count(*) FROM span_links") == ["2"])
    }

    @Test("values that can't be used are named")
    func configuration() throws {
      func message(_ change: (inout SQLiteConfiguration) -> Void) -> String {
        var configuration = SQLiteConfiguration(path: "x")
        change(&configuration)
        do {
          _ = try SQLiteExporter(configuration)
          return ""
        } catch { return "\(error)" }
      }
      #expect(message { $0.path = "" } == "path: '' is not allowed; allowed: the path of a file")
      #expect(message { $0.path = ":memory:" } == "path: ':memory:' is not allowed; allowed: the path of a file")
      #expect(message { $0.retention = .zero }.hasPrefix("retention: '0.0 seconds' is not allowed"))
      #expect(message { $0.timeout = .seconds(-1) }.hasPrefix("timeout: '-1.0 seconds' is not allowed"))
    }
  }
#endif

#if SQLite
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  @Suite("SQLite's earlier schemas", .ownThreads)
  struct SQLiteMigrationTests {
    /// Brings a file back to version 1, in which events and links had the key of their spans.
    private static func makeVersion1(_ path: String) throws {
      let connection = try SQLiteConnection(path, .writing, SQLiteInterruption())
      var statements = [
        "DROP VIEW traces", "DROP VIEW slow_spans", "DROP TRIGGER spans_deleted", "DROP INDEX spans_start",
      ]
      for table in [DatabaseTable.spanEvents, .spanLinks, .spans] {
        let columns = table.columns.map {
          "\($0.name) \(SQLDialect.sqlite.type($0.kind))\($0.isNullable ? "" : " NOT NULL")"
        }
        let names = table.columns.map(\.name).joined(separator: ", ")
        statements += [
          "CREATE TABLE first_\(table.name) (\(columns.joined(separator: ", ")), "
            + "PRIMARY KEY (\(table.key.joined(separator: ", "))))\(table == .spans ? "" : " WITHOUT ROWID")",
          "INSERT INTO first_\(table.name) SELECT \(names) FROM \(table.source(.sqlite))",
          "DROP TABLE \(table.name)",
        ]
        if table == .spans {
          statements += ["spans", "span_events", "span_links"].map { "ALTER TABLE first_\($0) RENAME TO \($0)" }
        }
      }
      statements += ["CREATE INDEX spans_start ON spans (start_time_unix_nano)"] + SQLDialect.sqlite.views
      for statement in statements + ["UPDATE telemetry_schema SET version = 1"] { try connection.execute(statement) }
    }

    @Test("a file of version 1 is named by a reader, and brought to the present version with all it has by an exporter")
    func versionOne() async throws {
      let scene = try SQLiteScene()
      var random = RandomItems(seed: 21)
      let spans = random.spans(400) + StandardWorkload().spans(0..<20)
      #expect(await scene.export(Array(spans.dropLast(10))).exported == 410)
      await scene.end()
      try Self.makeVersion1(scene.path)
      await #expect(throws: DatabaseError.self) { try await TelemetryStore.open(DatabaseName(scene.path)) }
      let exporter = try SQLiteExporter(SQLiteConfiguration(path: scene.path), diagnostics: scene.log.diagnostics)
      // Half of these are there already.
      let outcome = await exporter.export(SpanBatch(Array(spans.suffix(20))), deadline: .after(.seconds(60)))
      #expect(outcome.exported == 20, "\(String(describing: outcome.error))")
      await exporter.shutdown(deadline: .after(.seconds(5)))
      #expect(try scene.query("SELECT version || '' FROM telemetry_schema") == ["2"])
      expectSame(try await scene.stored(), spans)
      #expect(try scene.query("SELECT count(*) || '' FROM traces") != ["0"])
      #expect(try scene.query("SELECT count(*) FROM sqlite_master WHERE name LIKE 'old%'") == ["0"])
    }

    @Test("who deletes spans by hand deletes their events and links")
    func deletionByHand() async throws {
      let scene = try SQLiteScene()
      #expect(await scene.export(StandardWorkload().spans(0..<10)).exported == 10)
      _ = try scene.query("DELETE FROM spans")
      #expect(try scene.query("SELECT count(*) FROM span_events") == ["0"])
      #expect(try scene.query("SELECT count(*) FROM span_links") == ["0"])
      await scene.end()
    }
  }
#endif

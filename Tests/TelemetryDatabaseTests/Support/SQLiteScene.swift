#if SQLite
  import COTLPSQLite
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import Testing

  @testable import TelemetryDatabase

  /// A file of SQLite, and an exporter to it.
  struct SQLiteScene {
    let directory: String
    let path: String
    let exporter: SQLiteExporter
    let log = EventLog()

    init(_ configure: (inout SQLiteConfiguration) -> Void = { _ in }) throws {
      directory = try TestFiles.makeDirectory()
      path = directory + "/telemetry.sqlite"
      var configuration = SQLiteConfiguration(path: path)
      configure(&configuration)
      exporter = try SQLiteExporter(configuration, diagnostics: log.diagnostics)
    }

    /// Exports spans, and checks the ledger's law.
    func export(_ spans: [SpanData], within limit: Duration = .seconds(30)) async -> ExportOutcome {
      let outcome = await exporter.export(SpanBatch(spans), deadline: .after(limit))
      #expect(outcome.exported + outcome.rejected + outcome.dropped.values.reduce(0, +) == spans.count)
      return outcome
    }

    func end() async { await exporter.shutdown(deadline: .after(.seconds(5))) }

    /// The spans in the file.
    func stored() async throws -> [SpanData] {
      let reader = try await TelemetryStore.open(DatabaseName(path))
      let spans = try await reader.allSpans()
      await reader.close()
      return spans
    }

    /// The first column of a query's rows, as text.
    func query(_ sql: String) throws -> [String] { try SQLiteScene.query(sql, path) }

    static func query(_ sql: String, _ path: String) throws -> [String] {
      let interruption = SQLiteInterruption()
      let connection = try SQLiteConnection(path, .writing, interruption)
      let statement = try connection.prepare(sql)
      var values: [String] = []
      while try statement.step() { values.append(String(decoding: statement.bytes(0), as: UTF8.self)) }
      return values
    }
  }
#endif

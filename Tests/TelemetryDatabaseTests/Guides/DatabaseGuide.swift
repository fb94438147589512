#if PostgreSQL
  import TelemetryDatabase
  import TelemetrySDK
  import TestThreads
  import Testing

  /// The code of the documentation's page "TelemetryDatabase".
  @Suite(.ownThreads) struct DatabaseGuide {
    @Test func anExporter() async throws {
      let exporter = try PostgreSQLExporter(
        .init(connection: "postgresql://telemetry@db.internal/telemetry?sslmode=verify-full"))
      let spans = try BatchSpanProcessor(exporter: exporter)
      let logRecords = try BatchLogRecordProcessor(exporter: exporter.logExporter)

      #expect(await spans.shutdown(within: .seconds(5)).isComplete)
      #expect(await logRecords.shutdown(within: .seconds(5)).isComplete)
    }
  }
#endif

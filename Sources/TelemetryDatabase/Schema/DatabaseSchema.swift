/// The versions of the schema. An exporter brings a database from any earlier version to the last, step by step.
struct DatabaseSchema {
  /// The statements that lead from a version to the next: the first makes version 1.
  let steps: [[String]]

  /// The version that the exporters write.
  var version: Int { steps.count }

  /// The table with the version, the only one that no version changes.
  static let versionTable = "telemetry_schema"

  /// The statements that bring a database of `version` to the last version, without those around them.
  func statements(from version: Int) -> [String] {
    guard version < self.version else { return [] }
    let start = version == 0 ? ["CREATE TABLE \(Self.versionTable) (version integer NOT NULL)"] : []
    let end =
      version == 0
      ? "INSERT INTO \(Self.versionTable) VALUES (\(self.version))"
      : "UPDATE \(Self.versionTable) SET version = \(self.version)"
    return start + steps[version...].joined() + [end]
  }

  /// The message for a database that a later version of this package made.
  func isTooNew(_ version: Int) -> String {
    "the database has version \(version) of the schema; this version of swift-otlp knows \(self.version) and earlier ones"
  }

  static func current(_ dialect: SQLDialect) -> DatabaseSchema {
    DatabaseSchema(steps: [DatabaseTable.allCases.map(dialect.create) + indexes + dialect.views])
  }

  private static let indexes = [
    "CREATE INDEX spans_start ON spans (start_time_unix_nano)",
    "CREATE INDEX log_records_time ON log_records (time_unix_nano)",
    "CREATE INDEX log_records_trace ON log_records (trace_id) WHERE trace_id IS NOT NULL",
  ]
}

/// The versions of a database's schema, which count from 1. An exporter makes the last version, and brings a database from any earlier
/// version to it, step by step.
struct DatabaseSchema {
  /// The statements that make the last version.
  let creation: [String]
  /// The statements that lead from each earlier version to the next: the first from version 1 to version 2.
  let migrations: [[String]]

  /// The version that the exporters write.
  var version: Int { migrations.count + 1 }

  /// The table with the version, the only one that no version changes.
  static let versionTable = "telemetry_schema"

  /// The statements that bring a database of `version` to the last version, without those around them.
  func statements(from version: Int) -> [String] {
    guard version < self.version else { return [] }
    guard version > 0 else {
      return ["CREATE TABLE \(Self.versionTable) (version integer NOT NULL)"] + creation
        + ["INSERT INTO \(Self.versionTable) VALUES (\(self.version))"]
    }
    return migrations[(version - 1)...].joined() + ["UPDATE \(Self.versionTable) SET version = \(self.version)"]
  }

  /// The message for a database that a later version of this package made.
  func isTooNew(_ version: Int) -> String {
    "the database has version \(version) of the schema; this version of swift-otlp knows \(self.version) and earlier ones"
  }

  /// The reason why a place of telemetry with `version` can't be read; nil if it can.
  func reasonNotToRead(_ version: Int, in place: String) -> String? {
    if version == 0 { return "the \(place) has no telemetry" }
    guard version < self.version else { return version == self.version ? nil : isTooNew(version) }
    return
      "the database has version \(version) of the schema; an exporter of this version of swift-otlp brings it to \(self.version)"
  }

  static func current(_ dialect: SQLDialect) -> DatabaseSchema {
    let tables = DatabaseTable.allCases.map(dialect.create)
    let indexes = [
      spansStart, "CREATE INDEX log_records_time ON log_records (time_unix_nano)",
      "CREATE INDEX log_records_trace ON log_records (trace_id) WHERE trace_id IS NOT NULL",
    ]
    switch dialect {
    case .sqlite:
      return DatabaseSchema(
        creation: tables + indexes + dialect.views + [sqliteCascade], migrations: [sqliteGrowingKey])
    case .postgreSQL: return DatabaseSchema(creation: tables + indexes + dialect.views, migrations: [])
    }
  }

  private static let spansStart = "CREATE INDEX spans_start ON spans (start_time_unix_nano)"

  // SQLite gives the number of a deleted row to a new one, which must not find events and links there.
  private static let sqliteCascade = """
    CREATE TRIGGER spans_deleted AFTER DELETE ON spans BEGIN \
    DELETE FROM span_events WHERE span_row_id = old.row_id; \
    DELETE FROM span_links WHERE span_row_id = old.row_id; END
    """

  // In version 1 the key of events and links was that of their spans, which is random: a batch changed a thousand pages.
  private static var sqliteGrowingKey: [String] {
    let tables: [DatabaseTable] = [.spans, .spanEvents, .spanLinks]
    let columns = DatabaseTable.spans.columns.map(\.name).joined(separator: ", ")
    return ["DROP VIEW traces", "DROP VIEW slow_spans", "DROP INDEX spans_start"]
      + tables.map { "ALTER TABLE \($0.name) RENAME TO old_\($0.name)" }
      + tables.map(SQLDialect.sqlite.create)
      + ["INSERT INTO spans (\(columns)) SELECT \(columns) FROM old_spans ORDER BY rowid"]
      + tables.dropFirst().map(copyOfOldRows) + tables.map { "DROP TABLE old_\($0.name)" }
      + [spansStart] + SQLDialect.sqlite.views + [sqliteCascade]
  }

  private static func copyOfOldRows(_ table: DatabaseTable) -> String {
    let names = table.columns.dropFirst(DatabaseTable.spans.key.count).map(\.name)
    return """
      INSERT INTO \(table.name) (span_row_id, \(names.joined(separator: ", "))) \
      SELECT s.row_id, \(names.map { "o.\($0)" }.joined(separator: ", ")) FROM old_\(table.name) o \
      JOIN spans s USING (trace_id, span_id, digest) ORDER BY 1, 2
      """
  }
}

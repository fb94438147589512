/// The SQL of a database.
enum SQLDialect: Hashable {
  case sqlite
  case postgreSQL

  func type(_ kind: DatabaseColumn.Kind) -> String {
    switch (self, kind) {
    case (.sqlite, .bytes): "BLOB"
    case (.sqlite, .text), (.sqlite, .json): "TEXT"
    case (.sqlite, .int32), (.sqlite, .int64): "INTEGER"
    case (.postgreSQL, .bytes): "bytea"
    case (.postgreSQL, .text): "text"
    case (.postgreSQL, .json): "jsonb"
    case (.postgreSQL, .int32): "integer"
    case (.postgreSQL, .int64): "bigint"
    }
  }

  /// The statement that makes a table.
  func create(_ table: DatabaseTable) -> String {
    let columns = table.columns.map { "\($0.name) \(type($0.kind))\($0.isNullable ? "" : " NOT NULL")" }
    let key = "PRIMARY KEY (\(table.key.joined(separator: ", ")))"
    // Rows that are found by their key alone lie in its order. Spans and log records are appended, and found by an index.
    let isOrdered = self == .sqlite && table != .spans && table != .logRecords
    return
      "CREATE TABLE \(table.name) (\((columns + [key]).joined(separator: ", ")))\(isOrdered ? " WITHOUT ROWID" : "")"
  }
}

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
    var columns = table.columns(self).map { "\($0.name) \(type($0.kind))\($0.isNullable ? "" : " NOT NULL")" }
    var key = "PRIMARY KEY (\(table.key.joined(separator: ", ")))"
    var ending = ""
    if self == .sqlite {
      switch table {
      case .spans:
        // The number grows, so the events and links, which lie in its order, are appended as the spans are.
        columns.insert("row_id INTEGER PRIMARY KEY", at: 0)
        key = "UNIQUE (\(table.key.joined(separator: ", ")))"
      case .spanEvents, .spanLinks:
        key = "PRIMARY KEY (span_row_id, position)"
        ending = " WITHOUT ROWID"
      case .resources, .scopes: ending = " WITHOUT ROWID"
      case .logRecords: break
      }
    }
    return "CREATE TABLE \(table.name) (\((columns + [key]).joined(separator: ", ")))\(ending)"
  }
}

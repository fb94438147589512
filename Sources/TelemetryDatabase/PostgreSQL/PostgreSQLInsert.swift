#if PostgreSQL
  internal import TelemetryCore

  /// The statements that store a batch's rows in one transaction, and leave out those that are there already.
  ///
  /// Resources and scopes are few and mostly there already, so they stand in the statement itself. Items are mostly new, so the first
  /// attempt copies them straight into their tables. A batch that the database has already makes that fail, and is then copied into
  /// the session's temporary tables, from which the missing rows are inserted.
  struct PostgreSQLInsert {
    /// Statements, and the rows for those of them that are `COPY … FROM STDIN`, in order.
    struct Statements {
      let sql: String
      let copies: [PostgreSQLConnection.Copy]
    }

    // More resources or scopes would make a statement long to parse.
    private static let mostLiteralRows = 100

    private let rows: RowSet

    init(_ rows: RowSet) { self.rows = rows }

    /// The table that takes a batch's rows of a table, which are then inserted as far as they aren't there yet.
    static func stagingName(_ table: DatabaseTable) -> String { "new_\(table.name)" }

    /// The statements that fail if an item is there already; nil if resources and scopes are many.
    var direct: Statements? {
      let (owners, items) = (rows.sections.filter(\.table.isOwner), rows.sections.filter { !$0.table.isOwner })
      guard owners.allSatisfy({ $0.rowCount <= Self.mostLiteralRows }) else { return nil }
      let inserts = owners.map { insert(into: $0.table, "SELECT * FROM (VALUES \(literals($0))) AS given", order: "1") }
      return Statements(
        sql: (inserts + items.map { Self.copy($0.table, into: $0.table.name) }).joined(separator: "; "),
        copies: copies(items))
    }

    /// The statements that leave out what is there.
    var staged: Statements {
      let tables = rows.sections.map(\.table)
      let inserts = tables.map { table in
        insert(
          into: table, "SELECT \(table.columnNames) FROM \(Self.stagingName(table))",
          order: table.key.joined(separator: ", "))
      }
      let copies = tables.map { Self.copy($0, into: Self.stagingName($0)) }
      return Statements(sql: (copies + inserts).joined(separator: "; "), copies: self.copies(rows.sections))
    }

    // All statements name the columns: a person may have added others.
    private static func copy(_ table: DatabaseTable, into name: String) -> String {
      "COPY \(name) (\(table.columnNames)) FROM STDIN (FORMAT binary)"
    }

    // In the order of the key: writers that insert the same rows can't wait for each other in a circle.
    private func insert(into table: DatabaseTable, _ query: String, order: String) -> String {
      let key = table.key.joined(separator: ", ")
      return
        "INSERT INTO \(table.name) (\(table.columnNames)) \(query) ORDER BY \(order) ON CONFLICT (\(key)) DO NOTHING"
    }

    private func copies(_ sections: [RowSet.Section]) -> [PostgreSQLConnection.Copy] {
      sections.map { PostgreSQLConnection.Copy(buffer: rows.buffer, bytes: $0.bytes) }
    }

    // MARK: Literals

    /// The rows as SQL. Only digits come from them, so no setting of the server can give them another meaning.
    private func literals(_ section: RowSet.Section) -> String {
      unsafe rows.buffer.withBytes { bytes in
        var reader = unsafe RowReader(bytes, from: section.bytes.lowerBound)
        return (0..<section.rowCount).map { _ in
          _ = reader.beginRow()
          let fields = section.table.columns.map { unsafe Self.literal(reader.field(), $0.kind) }
          return "(\(fields.joined(separator: ", ")))"
        }.joined(separator: ", ")
      }
    }

    @unsafe
    private static func literal(_ field: UnsafeRawBufferPointer?, _ kind: DatabaseColumn.Kind) -> String {
      let type = SQLDialect.postgreSQL.type(kind)
      guard let field = unsafe field.map({ unsafe Array($0) }) else { return "NULL::\(type)" }
      switch kind {
      case .int32, .int64: return "'\(SQLValue(field, kind).integer)'::\(type)"
      case .bytes: return "decode('\(Hexadecimal.text(of: field))', 'hex')"
      case .text: return "convert_from(decode('\(Hexadecimal.text(of: field))', 'hex'), 'UTF8')"
      case .json:
        return "convert_from(decode('\(Hexadecimal.text(of: field.dropFirst()))', 'hex'), 'UTF8')::jsonb"
      }
    }
  }

  extension DatabaseTable {
    /// True for what items belong to.
    fileprivate var isOwner: Bool { self == .resources || self == .scopes }

    fileprivate var columnNames: String { columns.map(\.name).joined(separator: ", ") }
  }
#endif

#if SQLite
  /// A statement that inserts a row into a table. One thread at a time.
  @safe
  final class SQLiteInsert {
    let statement: SQLiteStatement
    let columns: [DatabaseColumn]

    @unsafe
    init(_ table: DatabaseTable, _ database: OpaquePointer) throws(SQLiteFailure) {
      columns = table.columns(.sqlite)
      let names = columns.map(\.name).joined(separator: ", ")
      let places = columns.map { _ in "?" }.joined(separator: ", ")
      statement = unsafe try SQLiteStatement(
        "INSERT INTO \(table.name) (\(names)) VALUES (\(places)) ON CONFLICT DO NOTHING", database)
    }

    /// Inserts a row of a reader.
    /// - Parameter first: The values of the columns before the reader's next field.
    @unsafe
    func run(_ reader: inout RowReader, after first: Int64? = nil) throws(SQLiteFailure) {
      if let first { statement.bind(1, first) }
      for index in (first == nil ? 0 : 1)..<columns.count {
        unsafe try statement.bind(index + 1, columns[index].kind, reader.field())
      }
      _ = try statement.step()
      statement.reset()
    }
  }
#endif

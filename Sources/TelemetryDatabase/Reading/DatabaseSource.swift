/// A connection for queries.
protocol DatabaseSource: Sendable {
  var dialect: SQLDialect { get }

  /// Runs a query with parameters `$1`, `$2`, ….
  /// - Parameter columns: The kinds of the result's columns.
  func rows(
    _ sql: String, _ parameters: [SQLValue], columns: [DatabaseColumn.Kind]
  ) async throws(DatabaseError) -> [[SQLValue]]

  /// Ends a query that runs and those that follow, and then the connection.
  func close() async
}

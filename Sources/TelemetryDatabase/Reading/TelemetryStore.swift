package import TelemetryCore

/// Opens databases by the names that a person gives them.
package enum TelemetryStore {
  /// The longest wait before a receiver begins without the database.
  static let preparationPatience = Duration.seconds(3)

  static let missingSQLite = DatabaseError(
    "a file of SQLite needs a build with its trait: swift build --traits SQLite")
  static let missingPostgreSQL = DatabaseError(
    "PostgreSQL needs a build with its trait: swift build --traits PostgreSQL")

  /// Opens a database for reading.
  /// - Parameter patience: The longest waits.
  /// - Throws: An error if there is no such database, or no telemetry in it.
  package static func open(
    _ name: DatabaseName, runtime: TelemetryRuntime = .shared, patience: ReadingPatience = ReadingPatience()
  ) async throws(DatabaseError) -> DatabaseReader {
    switch name.kind {
    case .postgreSQL(let connection):
      #if PostgreSQL
        return DatabaseReader(try await PostgreSQLSource.open(connection, runtime: runtime, patience: patience))
      #else
        throw missingPostgreSQL
      #endif
    case .sqlite(let path):
      #if SQLite
        // A locked file is waited for.
        let source = try await runtime.block { () throws(DatabaseError) in
          try SQLiteSource(path, runtime: runtime, patience: patience)
        }
        return DatabaseReader(source)
      #else
        throw missingSQLite
      #endif
    }
  }
}

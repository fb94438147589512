package import TelemetryCore

/// Opens databases by the names that a person gives them: a URL `postgresql://…` is a database of PostgreSQL, anything else the path
/// of a file of SQLite.
package enum TelemetryStore {
  /// The longest wait for a database that is locked or doesn't answer.
  private static let patience = Duration.seconds(10)

  /// True for the name of a database of PostgreSQL.
  package static func isPostgreSQL(_ name: String) -> Bool {
    name.hasPrefix("postgresql://") || name.hasPrefix("postgres://")
  }

  /// Opens a database for reading.
  /// - Throws: An error if there is no such database, or no telemetry in it.
  package static func open(
    _ name: String, runtime: TelemetryRuntime = .shared
  ) async throws(DatabaseError) -> DatabaseReader {
    if isPostgreSQL(name) {
      #if PostgreSQL
        return DatabaseReader(
          try await PostgreSQLSource.open(name, runtime: runtime, waitingAtMost: patience))
      #else
        throw DatabaseError("PostgreSQL needs a build with its trait: swift build --traits PostgreSQL")
      #endif
    }
    #if SQLite
      let path = name.hasPrefix("sqlite:") ? String(name.dropFirst(7)) : name
      return DatabaseReader(try SQLiteSource(path, runtime: runtime, waitingAtMost: patience))
    #else
      throw DatabaseError("a file of SQLite needs a build with its trait: swift build --traits SQLite")
    #endif
  }
}

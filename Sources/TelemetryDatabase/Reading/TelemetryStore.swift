package import TelemetryCore

/// Opens databases by the names that a person gives them: a URL `postgresql://…` is a database of PostgreSQL, anything else the path
/// of a file of SQLite.
package enum TelemetryStore {
  /// The longest wait for a database that is locked or doesn't answer.
  private static let patience = Duration.seconds(10)

  static let missingSQLite = DatabaseError(
    "a file of SQLite needs a build with its trait: swift build --traits SQLite")
  static let missingPostgreSQL = DatabaseError(
    "PostgreSQL needs a build with its trait: swift build --traits PostgreSQL")

  /// True for the name of a database of PostgreSQL.
  static func isPostgreSQL(_ name: String) -> Bool {
    name.hasPrefix("postgresql://") || name.hasPrefix("postgres://")
  }

  /// The path of a file of SQLite, which may stand behind `sqlite:`.
  static func path(_ name: String) -> String { name.hasPrefix("sqlite:") ? String(name.dropFirst(7)) : name }

  /// Opens a database for reading.
  /// - Throws: An error if there is no such database, or no telemetry in it.
  package static func open(
    _ name: String, runtime: TelemetryRuntime = .shared
  ) async throws(DatabaseError) -> DatabaseReader {
    #if PostgreSQL
      if isPostgreSQL(name) {
        return DatabaseReader(try await PostgreSQLSource.open(name, runtime: runtime, waitingAtMost: patience))
      }
    #else
      if isPostgreSQL(name) { throw missingPostgreSQL }
    #endif
    #if SQLite
      return DatabaseReader(try SQLiteSource(path(name), runtime: runtime, waitingAtMost: patience))
    #else
      throw missingSQLite
    #endif
  }
}

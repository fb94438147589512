package import TelemetryCore

extension TelemetryStore {
  /// Makes the tables of a database, unless they are there, and finds out whether it can be written.
  /// - Throws: The reason why it can't. One that may pass by itself, such as a server that is away, has
  ///   ``DatabaseError/isPassing``.
  package static func prepare(_ name: DatabaseName, runtime: TelemetryRuntime) async throws(DatabaseError) {
    switch name.kind {
    case .postgreSQL(let connection):
      #if PostgreSQL
        try await PostgreSQLSource.prepare(connection, runtime: runtime, patience: preparationPatience)
      #else
        throw missingPostgreSQL
      #endif
    case .sqlite(let path):
      #if SQLite
        try await runtime.block { () throws(DatabaseError) in
          try SQLiteConnection.prepare(path, until: Deadline(.system + preparationPatience))
        }
      #else
        throw missingSQLite
      #endif
    }
  }
}

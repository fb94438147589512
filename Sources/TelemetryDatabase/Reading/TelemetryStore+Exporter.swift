internal import OTLPExport
package import TelemetryCore
package import TelemetrySDK

extension TelemetryStore {
  /// The exporters of spans and log records to a database.
  package struct Exporters: Sendable {
    package let spans: any SpanExporter
    package let logRecords: any LogRecordExporter
  }

  /// Makes exporters to a database that a person names.
  /// - Throws: An error if the build lacks the database's trait, or the system refuses a resource.
  package static func exporters(
    _ name: DatabaseName, runtime: TelemetryRuntime, diagnostics: Diagnostics
  ) throws(DatabaseError) -> Exporters {
    switch name.kind {
    case .postgreSQL(let connection):
      #if PostgreSQL
        return try made { () throws(OTLPError) in
          let exporter = try PostgreSQLExporter(
            .init(connection: connection), runtime: runtime, diagnostics: diagnostics)
          return Exporters(spans: exporter, logRecords: exporter.logExporter)
        }
      #else
        throw missingPostgreSQL
      #endif
    case .sqlite(let path):
      #if SQLite
        return try made { () throws(OTLPError) in
          let exporter = try SQLiteExporter(.init(path: path), runtime: runtime, diagnostics: diagnostics)
          return Exporters(spans: exporter, logRecords: exporter.logExporter)
        }
      #else
        throw missingSQLite
      #endif
    }
  }

  /// True for the status of an item that the database never takes, such as one that a constraint refuses. Missing rights and a
  /// missing table are nothing of the kind: a person can mend them.
  package static func isBadData(status: String) -> Bool {
    #if PostgreSQL
      if PostgreSQLFailure.meaning(of: status) == .badData { return true }
    #endif
    let own = AttemptFailure.unreadableRequest.status
    return [own, "SQLITE_CONSTRAINT", "SQLITE_TOOBIG", "SQLITE_MISMATCH"].contains(status)
  }

  private static func made(_ body: () throws(OTLPError) -> Exporters) throws(DatabaseError) -> Exporters {
    do throws(OTLPError) { return try body() } catch { throw DatabaseError(error.message) }
  }
}

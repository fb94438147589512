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
  /// - Throws: An error if the name can't be used, or the build lacks the database's trait.
  package static func exporters(
    _ name: String, runtime: TelemetryRuntime, diagnostics: Diagnostics
  ) throws(DatabaseError) -> Exporters {
    #if PostgreSQL
      if isPostgreSQL(name) {
        do throws(OTLPError) {
          let exporter = try PostgreSQLExporter(.init(connection: name), runtime: runtime, diagnostics: diagnostics)
          return Exporters(spans: exporter, logRecords: exporter.logExporter)
        } catch {
          throw DatabaseError(error.message)
        }
      }
    #else
      if isPostgreSQL(name) { throw missingPostgreSQL }
    #endif
    #if SQLite
      do throws(OTLPError) {
        let exporter = try SQLiteExporter(.init(path: path(name)), runtime: runtime, diagnostics: diagnostics)
        return Exporters(spans: exporter, logRecords: exporter.logExporter)
      } catch {
        throw DatabaseError(error.message)
      }
    #else
      throw missingSQLite
    #endif
  }
}

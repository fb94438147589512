internal import TelemetryDatabase

/// Reads a database for a command.
enum DatabaseAccess {
  /// The forms of `--database`.
  static let forms = "postgresql://user@host/database, or the path of a file of SQLite"

  /// Opens the database, reads, and closes it.
  static func read<Value: Sendable>(
    _ name: String?, _ body: (DatabaseReader) async throws(DatabaseError) -> Value
  ) async throws(ToolError) -> Value {
    guard let name else { throw ToolError(.usage, "--database is missing: \(forms)") }
    do throws(DatabaseError) {
      let reader = try await TelemetryStore.open(name)
      let value = try await body(reader)
      await reader.close()
      return value
    } catch {
      throw ToolError(.noInput, "--database: \(error)")
    }
  }
}

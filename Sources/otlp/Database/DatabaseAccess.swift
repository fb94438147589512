internal import TelemetryCore
internal import TelemetryDatabase

/// Reads a database for a command.
enum DatabaseAccess {
  /// Opens the database, reads, and closes it.
  static func read<Value: Sendable>(
    _ name: DatabaseName?, _ body: (DatabaseReader) async throws(DatabaseError) -> Value
  ) async throws(ToolError) -> Value {
    guard let name else { throw ToolError(.usage, "--database is missing: \(DatabaseName.forms)") }
    do throws(DatabaseError) {
      let reader = try await TelemetryStore.open(name)
      let value = try await body(reader)
      await reader.close()
      return value
    } catch {
      throw ToolError(.noInput, "--database: \(name): \(error)")
    }
  }
}

extension OptionReader<DatabaseName> {
  static var database: OptionReader {
    OptionReader { value throws(ConfigurationError) in try DatabaseName(value.text) }
  }
}

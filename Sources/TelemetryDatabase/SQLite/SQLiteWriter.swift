#if SQLite
  internal import TelemetryCore

  /// Stores rows in a file. Blocks; ``SQLiteClient`` lets one thread at a time use it.
  // SAFETY: one thread at a time.
  final class SQLiteWriter: @unchecked Sendable {
    private let path: String
    private let schema: DatabaseSchema
    private var retention: Retention?
    private var connection: SQLiteConnection?
    let interruption = SQLiteInterruption()

    init(path: String, retention: Duration?, schema: DatabaseSchema = .current(.sqlite)) {
      self.path = path
      self.retention = retention.map { Retention($0) }
      self.schema = schema
    }

    /// Stores rows in one transaction.
    func store(_ rows: RowSet, until deadline: Deadline) -> Result<Void, SQLiteFailure> {
      interruption.begin(until: deadline)
      do throws(SQLiteFailure) {
        let connection = try openConnection()
        try connection.transaction { () throws(SQLiteFailure) in try connection.insert(rows) }
      } catch {
        // Another connection finds out what became of the file: its tables may be gone, or its disk back.
        if !error.isTransient { connection = nil }
        return .failure(error)
      }
      deleteOldRows()
      return .success(())
    }

    private func openConnection() throws(SQLiteFailure) -> SQLiteConnection {
      if let connection, !connection.hasMoved { return connection }
      connection = nil
      let opened = try SQLiteConnection(path, .writing, interruption)
      try opened.prepareForWriting(schema)
      connection = opened
      return opened
    }

    func close() { connection = nil }

    // MARK: Retention

    /// The rows are stored whatever becomes of the deletion, which is tried again after the next batch.
    private func deleteOldRows() {
      guard let connection, let retention, retention.isDue(at: .system) else { return }
      var deleted = 0
      do throws(SQLiteFailure) {
        let cutoff = retention.cutoff
        try connection.transaction { () throws(SQLiteFailure) in
          for statement in Retention.statements(.sqlite) {
            let statement = try connection.prepare(statement)
            statement.bind(1, cutoff)
            _ = try statement.step()
            deleted = max(deleted, connection.changes)
          }
        }
        self.retention?.ended(deleted: deleted, at: .system)
      } catch {}
    }
  }
#endif

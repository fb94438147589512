#if SQLite
  internal import COTLPSQLite

  extension SQLiteConnection {
    /// Prepares the file for writers: the write-ahead log, so that readers don't block the writer nor the reverse, and each
    /// transaction forced to disk before it counts as stored. Makes or migrates the tables.
    func prepareForWriting(_ schema: DatabaseSchema) throws(SQLiteFailure) {
      try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      guard try schemaVersion() != schema.version else { return }
      // Another process may migrate at the same time: the version is read again under the lock.
      try transaction { () throws(SQLiteFailure) in
        let version = try schemaVersion()
        guard version <= schema.version else { throw SQLiteFailure(SQLITE_ERROR, schema.isTooNew(version)) }
        // A migration of a large file takes longer than an attempt.
        interruption.ignoreDeadline()
        for statement in schema.statements(from: version) { try execute(statement) }
      }
    }

    /// The version of the schema in the file; 0 if it has none.
    func schemaVersion() throws(SQLiteFailure) -> Int {
      let name = DatabaseSchema.versionTable
      let table = try prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '\(name)'")
      guard try table.step(), table.int64(0) > 0 else { return 0 }
      let version = try prepare("SELECT version FROM \(name)")
      return try version.step() ? Int(version.int64(0)) : 0
    }
  }
#endif

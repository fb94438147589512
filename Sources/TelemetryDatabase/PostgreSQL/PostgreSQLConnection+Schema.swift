#if PostgreSQL
  internal import TelemetryCore

  extension PostgreSQLConnection {
    // Identifies the schema's lock among those of the database's other users.
    private static let lock: Int64 = 0x6F74_6C70_5F73_7774

    /// Makes or migrates the tables, and makes this session's temporary ones.
    func prepareForWriting(_ schema: DatabaseSchema, until deadline: Deadline) async throws(PostgreSQLFailure) {
      if try await schemaVersion(until: deadline) != schema.version {
        // Another process may migrate at the same time: the version is read again under the lock. The lock is the session's, taken
        // before the transaction: in a transaction that began earlier, a table that the other process has made may be unknown.
        try await run("SELECT pg_advisory_lock(\(Self.lock))", until: deadline)
        let version = try await schemaVersion(until: deadline)
        guard version <= schema.version else {
          throw PostgreSQLFailure(.server(state: "0A000"), schema.isTooNew(version))
        }
        let statements = schema.statements(from: version)
        if !statements.isEmpty { try await run(statements.joined(separator: "; "), until: deadline) }
        try await run("SELECT pg_advisory_unlock(\(Self.lock))", until: deadline)
      }
      let tables = DatabaseTable.allCases.map {
        "CREATE TEMPORARY TABLE \(PostgreSQLInsert.stagingName($0)) (LIKE \($0.name)) ON COMMIT DELETE ROWS"
      }
      try await run(tables.joined(separator: "; "), until: deadline)
    }

    /// The version of the schema in the database; 0 if it has none.
    func schemaVersion(until deadline: Deadline) async throws(PostgreSQLFailure) -> Int {
      let name = DatabaseSchema.versionTable
      let table = try await rows("SELECT to_regclass('\(name)')::text", until: deadline)
      guard case .some(.some) = table.first?.first else { return 0 }
      let version = try await rows("SELECT version FROM \(name)", until: deadline)
      return Int(SQLValue(version.first?.first ?? nil, .int32).integer)
    }

    /// - Throws: A failure if the database has no telemetry that this version knows.
    func requireSchema(_ known: DatabaseSchema, until deadline: Deadline) async throws(PostgreSQLFailure) {
      let reason = known.reasonNotToRead(try await schemaVersion(until: deadline), in: "database")
      if let reason { throw PostgreSQLFailure(.connect, reason) }
    }

    /// Stores rows in one transaction; those that are there already are left out.
    func insert(_ rows: RowSet, until deadline: Deadline) async throws(PostgreSQLFailure) {
      let insert = PostgreSQLInsert(rows)
      if let direct = insert.direct {
        do throws(PostgreSQLFailure) {
          return try await run(direct.sql, direct.copies, until: deadline)
        } catch {
          guard error.isUniqueViolation else { throw error }
        }
      }
      let staged = insert.staged
      try await run(staged.sql, staged.copies, until: deadline)
    }

    /// Deletes rows that are too old.
    /// - Returns: The most rows that a statement has deleted.
    func deleteRows(before cutoff: Int64, until deadline: Deadline) async throws(PostgreSQLFailure) -> Int {
      var deleted = 0
      try await run("BEGIN", until: deadline)
      for statement in Retention.statements(.postgreSQL) {
        let count = try await rows(statement, [.integer(cutoff)], until: deadline)
        deleted = max(
          deleted, count.first?.first.flatMap { $0.flatMap { Int(String(decoding: $0, as: UTF8.self)) } } ?? 0)
      }
      try await run("COMMIT", until: deadline)
      return deleted
    }
  }
#endif

#if PostgreSQL
  internal import TelemetryCore

  /// Queries of a database, in order.
  actor PostgreSQLSource: DatabaseSource {
    nonisolated let loop: TelemetryLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    nonisolated let dialect = SQLDialect.postgreSQL

    private let connection: PostgreSQLConnection
    private let patience: ReadingPatience
    private let lease: TelemetryRuntime.Lease

    /// Connects.
    static func open(
      _ name: String, runtime: TelemetryRuntime, patience: ReadingPatience
    ) async throws(DatabaseError) -> PostgreSQLSource {
      let configuration = PostgreSQLConfiguration(connection: name)
      let lease: TelemetryRuntime.Lease
      do throws(ConfigurationError) { _ = try configuration.validate() } catch { throw DatabaseError("\(error)") }
      do throws(SystemError) { lease = try runtime.acquire() } catch { throw DatabaseError("\(error)") }
      let source = PostgreSQLSource(lease, patience)
      do throws(PostgreSQLFailure) {
        try await source.connect(configuration, runtime)
        return source
      } catch {
        await source.close()
        throw DatabaseError(error.message)
      }
    }

    /// Makes the tables, unless they are there.
    static func prepare(
      _ name: String, runtime: TelemetryRuntime, patience: Duration
    ) async throws(DatabaseError) {
      let lease: TelemetryRuntime.Lease
      do throws(SystemError) { lease = try runtime.acquire() } catch { throw DatabaseError("\(error)") }
      var readingPatience = ReadingPatience()
      readingPatience.opening = patience
      let source = PostgreSQLSource(lease, readingPatience)
      let result: Result<Void, DatabaseError>
      do throws(PostgreSQLFailure) {
        result = .success(try await source.prepare(PostgreSQLConfiguration(connection: name), runtime))
      } catch {
        result = .failure(DatabaseError(error.message, isPassing: error.isPassing))
      }
      await source.close()
      try result.get()
    }

    private func prepare(
      _ configuration: PostgreSQLConfiguration, _ runtime: TelemetryRuntime
    ) async throws(PostgreSQLFailure) {
      let deadline = Deadline(loop.now + patience.opening)
      let connector = PostgreSQLConnector(configuration, loop: loop, runtime: runtime)
      connection.open(try await connector.connect(deadline))
      try await connection.prepareForWriting(.current(.postgreSQL), until: deadline)
    }

    private init(_ lease: TelemetryRuntime.Lease, _ patience: ReadingPatience) {
      self.lease = lease
      self.patience = patience
      loop = lease.loop
      connection = PostgreSQLConnection(loop: lease.loop)
    }

    private func connect(
      _ configuration: PostgreSQLConfiguration, _ runtime: TelemetryRuntime
    ) async throws(PostgreSQLFailure) {
      let deadline = Deadline(loop.now + patience.opening)
      let connector = PostgreSQLConnector(configuration, loop: loop, runtime: runtime)
      connection.open(try await connector.connect(deadline))
      let known = DatabaseSchema.current(.postgreSQL)
      let version = try await connection.schemaVersion(until: deadline)
      guard version > 0 else { throw PostgreSQLFailure(.connect, "the database has no telemetry") }
      guard version <= known.version else { throw PostgreSQLFailure(.connect, known.isTooNew(version)) }
      guard version == known.version else { throw PostgreSQLFailure(.connect, known.isTooOld(version)) }
    }

    func rows(
      _ sql: String, _ parameters: [SQLValue], columns: [DatabaseColumn.Kind]
    ) async throws(DatabaseError) -> [[SQLValue]] {
      do throws(PostgreSQLFailure) {
        let rows = try await connection.rows(sql, parameters, until: Deadline(loop.now + patience.query))
        return rows.map { row in zip(row, columns).map { SQLValue($0, $1) } }
      } catch {
        if case .deadline = error.cause { throw patience.error }
        throw DatabaseError(error.message)
      }
    }

    func close() async {
      connection.close()
      lease.end()
    }
  }
#endif

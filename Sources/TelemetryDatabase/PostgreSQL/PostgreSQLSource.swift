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
    /// Fulfilled when the present query ends.
    private var idle: Promise<Void>?
    private var isClosed = false

    /// Connects.
    static func open(
      _ name: String, runtime: TelemetryRuntime, patience: ReadingPatience
    ) async throws(DatabaseError) -> PostgreSQLSource {
      let source = try PostgreSQLSource(runtime, patience)
      try await source.connect(name, within: patience.opening) { connection, deadline throws(PostgreSQLFailure) in
        try await connection.requireSchema(.current(.postgreSQL), until: deadline)
      }
      return source
    }

    /// Makes the tables, unless they are there.
    static func prepare(
      _ name: String, runtime: TelemetryRuntime, patience: Duration
    ) async throws(DatabaseError) {
      let source = try PostgreSQLSource(runtime)
      try await source.connect(name, within: patience) { connection, deadline throws(PostgreSQLFailure) in
        try await connection.prepareForWriting(.current(.postgreSQL), until: deadline)
      }
      await source.close()
    }

    private init(
      _ runtime: TelemetryRuntime, _ patience: ReadingPatience = ReadingPatience()
    ) throws(DatabaseError) {
      do throws(SystemError) { lease = try runtime.acquire() } catch { throw DatabaseError("\(error)") }
      self.patience = patience
      loop = lease.loop
      connection = PostgreSQLConnection(loop: lease.loop)
    }

    /// - Parameter begin: Uses the connection first.
    private func connect(
      _ name: String, within limit: Duration,
      _ begin: @Sendable (PostgreSQLConnection, Deadline) async throws(PostgreSQLFailure) -> Void
    ) async throws(DatabaseError) {
      let deadline = Deadline(loop.now + limit)
      let configuration = PostgreSQLConfiguration(connection: name)
      let connector = PostgreSQLConnector(configuration, loop: loop, runtime: lease.runtime)
      do throws(PostgreSQLFailure) {
        connection.open(try await connector.connect(deadline))
        try await begin(connection, deadline)
      } catch {
        await close()
        throw DatabaseError(error.message, isPassing: error.isPassing)
      }
    }

    func rows(
      _ sql: String, _ parameters: [SQLValue], columns: [DatabaseColumn.Kind]
    ) async throws(DatabaseError) -> [[SQLValue]] {
      // Nothing may suspend between the end of the wait and the beginning of the query.
      while let idle, idle.current == nil { await idle.value }
      let end = Promise<Void>()
      idle = end
      defer { end.fulfil(()) }
      guard !isClosed else { throw .closed }
      do throws(PostgreSQLFailure) {
        let rows = try await connection.rows(sql, parameters, until: Deadline(loop.now + patience.query))
        return rows.map { row in zip(row, columns).map { SQLValue($0, $1) } }
      } catch {
        if isClosed { throw .closed }
        if case .deadline = error.cause { throw patience.error }
        throw DatabaseError(error.message)
      }
    }

    func close() async {
      isClosed = true
      connection.stop()
      // A query uses libpq's connection until it has ended.
      while let idle, idle.current == nil { await idle.value }
      connection.close()
      lease.end()
    }
  }
#endif

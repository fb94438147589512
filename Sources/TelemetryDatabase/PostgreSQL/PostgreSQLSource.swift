#if PostgreSQL
  internal import TelemetryCore

  /// Queries of a database, in order.
  actor PostgreSQLSource: DatabaseSource {
    nonisolated let loop: TelemetryLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    nonisolated let dialect = SQLDialect.postgreSQL

    // The time that the server has to answer a request to end a query.
    private static let grace = Duration.seconds(1)

    private let connection: PostgreSQLConnection
    private let canceller = PostgreSQLCanceller()
    private let patience: ReadingPatience
    private let lease: TelemetryRuntime.Lease
    /// Fulfilled when the present query ends.
    private var idle: Promise<Void>?
    /// Fulfilled when the server knows that a query was given up.
    private var cancellation: Promise<Void>?
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
        _ = ended(by: error)
        await close()
        throw DatabaseError(error.message, isPassing: error.isPassing)
      }
    }

    func rows(
      _ sql: String, _ parameters: [SQLValue], columns: [DatabaseColumn.Kind]
    ) async throws(DatabaseError) -> [[SQLValue]] {
      try await rows(sql, parameters, columns: columns, until: Deadline(loop.now + patience.query))
    }

    /// Runs a query until `deadline`, for which the wait for earlier queries counts too.
    func rows(
      _ sql: String, _ parameters: [SQLValue], columns: [DatabaseColumn.Kind], until deadline: Deadline
    ) async throws(DatabaseError) -> [[SQLValue]] {
      // Nothing may suspend between the end of the wait and the beginning of the query.
      while let idle, idle.current == nil {
        guard await idle.valueUnlessCancelled(until: deadline, on: loop) != nil else {
          throw Task.isCancelled ? .cancelled : patience.error
        }
      }
      let end = Promise<Void>()
      idle = end
      defer { end.fulfil(()) }
      guard !isClosed else { throw .closed }
      guard connection.isConnected else { throw .givenUp }
      do throws(PostgreSQLFailure) {
        let rows = try await connection.rows(sql, parameters, until: deadline)
        return rows.map { row in zip(row, columns).map { SQLValue($0, $1) } }
      } catch {
        throw ended(by: error)
      }
    }

    /// Gives up the connection if its query still runs in the server.
    private func ended(by failure: PostgreSQLFailure) -> DatabaseError {
      switch failure.cause {
      case .deadline, .cancelled:
        cancellation = canceller.cancelStatement(of: connection)
        connection.close()
        if isClosed { return .closed }
        if case .deadline = failure.cause { return patience.error }
        return .cancelled
      default: return isClosed ? .closed : DatabaseError(failure.message)
      }
    }

    func close() async {
      isClosed = true
      connection.stop()
      // A query uses libpq's connection until it has ended.
      while let idle, idle.current == nil { await idle.value }
      connection.close()
      // The process may end next, and the server would go on.
      if let cancellation { _ = await cancellation.value(until: Deadline(loop.now + Self.grace), on: loop) }
      lease.end()
    }
  }
#endif

#if PostgreSQL
  internal import OTLPExport
  internal import OTLPWire
  internal import Synchronization
  internal import TelemetryCore
  internal import TelemetrySDK

  /// Stores requests over a bounded number of connections, whose sockets the loop watches.
  actor PostgreSQLClient: ExportClient {
    private struct Deletion {
      let connection: PostgreSQLConnection
      /// The end of the time that the deletion has for itself.
      let ownTime: MonotonicInstant
      /// The timer that ends the deletion, once a call waits.
      var timer: (end: MonotonicInstant, id: TelemetryLoop.TimerID)?
    }

    private struct Turn {
      let promise = Promise<Bool>()
      let deadline: Deadline
    }

    nonisolated let loop: TelemetryLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let configuration: PostgreSQLConfiguration
    private let schema: DatabaseSchema
    private let connector: PostgreSQLConnector
    private let canceller = PostgreSQLCanceller()
    private let pool: ObjectPool<PostgreSQLConnection>
    private let diagnostics: Diagnostics
    private let place: String
    private var retention: Retention?
    private var isDeleting = false
    /// The deletion that has a connection now.
    private var deletion: Deletion?
    private var internalErrors = InternalErrors()
    private nonisolated let connections = Atomic<Int>(0)
    private var active = 0
    /// The calls that wait for a connection, in order.
    private var waiting: [Turn] = []
    /// The connections that calls use now.
    private var used: [ObjectIdentifier: PostgreSQLConnection] = [:]
    /// Fulfilled when no call is left, after the shutdown.
    private let idle = Promise<Void>()
    private var isShutDown = false

    init(
      _ configuration: PostgreSQLConfiguration, loop: TelemetryLoop, runtime: TelemetryRuntime,
      schema: DatabaseSchema = .current(.postgreSQL), place: String = "", diagnostics: Diagnostics = .silent
    ) {
      self.place = place
      self.diagnostics = diagnostics
      self.configuration = configuration
      self.schema = schema
      self.loop = loop
      retention = configuration.retention.map { Retention($0) }
      connector = PostgreSQLConnector(configuration, loop: loop, runtime: runtime)
      pool = ObjectPool(
        capacity: configuration.maxConnections, factory: { PostgreSQLConnection(loop: loop) },
        reset: { $0.isConnected })
    }

    nonisolated var connectionsMade: Int { connections.load(ordering: .relaxed) }

    nonisolated var encoder: MessageEncoder? { { try? RowSet.encode($0, $1) } }

    func send(
      _ message: OutgoingMessage, headers: OTLPHeaders?, deadline: Deadline
    ) async -> Result<ExportResponse, AttemptFailure> {
      guard let rows = RowSet(message.bytes) else { return .failure(.unreadableRequest) }
      guard !isShutDown else { return .failure(.databaseIsShutDown) }
      do throws(PostgreSQLFailure) { try await enter(deadline) } catch {
        var failure = error.attemptFailure(isReused: false)
        // The batch had no connection, and wasn't sent.
        failure.isUnconnected = true
        return .failure(failure)
      }
      defer { leave() }
      guard !isShutDown else { return .failure(.databaseIsShutDown) }
      let loan = pool.acquire()
      let connection = loan.value
      used[ObjectIdentifier(connection)] = connection
      defer { ended(connection) }
      let isReused = connection.isReused
      do throws(PostgreSQLFailure) {
        if !connection.isConnected { try await connect(connection, deadline) }
        try await connection.insert(rows, until: deadline)
        connection.served()
        if !internalErrors.isEmpty { internalErrors.ended(Self.digest(message)) }
        deleteOldRows(deadline)
        return .success(ExportResponse())
      } catch {
        if !error.keepsConnection || connection.isBroken { abandon(connection, error) }
        return .failure(attemptFailure(error, isReused, message))
      }
    }

    private func ended(_ connection: PostgreSQLConnection) {
      used[ObjectIdentifier(connection)] = nil
      // After the shutdown the pool isn't emptied again.
      if isShutDown { connection.close() }
    }

    private func attemptFailure(
      _ error: PostgreSQLFailure, _ isReused: Bool, _ message: OutgoingMessage
    ) -> AttemptFailure {
      var failure = error.attemptFailure(isReused: isReused)
      if error.isInternal {
        if internalErrors.failed(Self.digest(message)) { failure.meaning = .drop }
      } else if !internalErrors.isEmpty {
        internalErrors.ended(Self.digest(message))
      }
      return failure
    }

    private static func digest(_ message: OutgoingMessage) -> UInt64 {
      unsafe message.bytes.withBytes { unsafe Digest.digest(MessageBytes($0), seed: 0) }
    }

    // MARK: Connections

    private func connect(_ connection: PostgreSQLConnection, _ deadline: Deadline) async throws(PostgreSQLFailure) {
      connection.open(try await connector.connect(deadline))
      connections.add(1, ordering: .relaxed)
      do throws(PostgreSQLFailure) {
        try await connection.prepareForWriting(schema, until: deadline)
      } catch {
        // The next attempt begins anew.
        abandon(connection, error)
        throw error
      }
    }

    /// Closes a connection, and has the server end the statement that it may still run.
    private func abandon(_ connection: PostgreSQLConnection, _ failure: PostgreSQLFailure) {
      switch failure.cause {
      case .deadline, .cancelled: canceller.cancelStatement(of: connection)
      default: break
      }
      connection.close()
    }

    /// Waits for its turn.
    private func enter(_ deadline: Deadline) async throws(PostgreSQLFailure) {
      guard active >= configuration.maxConnections else {
        active += 1
        return
      }
      let next = Turn(deadline: deadline)
      waiting.append(next)
      deletionGivesWay(until: deadline)
      let turn = next.promise
      _ = await withTaskCancellationHandler {
        await turn.value(until: deadline, on: loop)
      } onCancel: {
        turn.fulfil(false)
      }
      // The turn may come at the deadline.
      if turn.fulfil(false) { throw PostgreSQLFailure(.deadline, "other attempts hold all connections") }
      if turn.current != true { throw PostgreSQLFailure(.cancelled, "the export was cancelled") }
    }

    private func leave() {
      while !waiting.isEmpty {
        if waiting.removeFirst().promise.fulfil(true) { return }
      }
      active -= 1
      if isShutDown, active == 0 { idle.fulfil(()) }
    }

    // MARK: Retention

    /// Begins to delete rows that are too old, if that is due: apart from the batch that was stored, which is answered meanwhile,
    /// and over a connection for which it waits in its turn. A deletion that fails or gives way is tried again after a later batch.
    private func deleteOldRows(_ deadline: Deadline) {
      guard let retention, !isDeleting, retention.isDue(at: loop.now) else { return }
      isDeleting = true
      Task(executorPreference: loop) { await self.deleteOldRows(retention, deadline) }
    }

    private func deleteOldRows(_ retention: Retention, _ deadline: Deadline) async {
      defer { isDeleting = false }
      guard (try? await enter(deadline)) != nil else { return }
      defer { leave() }
      let loan = pool.acquire()
      guard !isShutDown, loan.value.isConnected else { return }
      await delete(retention, over: loan.value, deadline)
    }

    private func delete(_ retention: Retention, over connection: PostgreSQLConnection, _ deadline: Deadline) async {
      used[ObjectIdentifier(connection)] = connection
      let ownTime = loop.now + retention.patience
      deletion = Deletion(connection: connection, ownTime: ownTime)
      for turn in waiting where turn.promise.current == nil { deletionGivesWay(until: turn.deadline) }
      defer {
        if let timer = deletion?.timer { loop.cancel(timer.id) }
        deletion = nil
        ended(connection)
      }
      // The batch may have left less than that of its time.
      let deadline = max(deadline, Deadline(ownTime))
      do throws(PostgreSQLFailure) {
        let deleted = try await connection.deleteRows(before: retention.cutoff, until: deadline)
        self.retention?.ended(deleted: deleted, at: loop.now)
      } catch {
        // The transaction is open.
        abandon(connection, error)
        if case .cancelled = error.cause {
          self.retention?.gaveWay(at: loop.now)
          return
        }
        guard self.retention?.failed(at: loop.now) == true else { return }
        let failure = error.attemptFailure(isReused: false)
        diagnostics.emitRetentionFailed(place, failure.status, failure.message)
      }
    }

    /// Has the deletion that runs give way to a call that waits until `deadline`: at once if it has had its time.
    private func deletionGivesWay(until deadline: Deadline) {
      guard let deletion else { return }
      let end = min(deletion.ownTime, Retention.end(for: deadline, at: loop.now))
      if let timer = deletion.timer {
        guard end < timer.end else { return }
        loop.cancel(timer.id)
      }
      let connection = deletion.connection
      self.deletion?.timer = (end, loop.schedule(at: Deadline(end)) { connection.stop() })
    }

    // MARK: The end

    /// Lets calls that have a connection continue until `deadline`, then ends them and closes the connections.
    func shutdown(deadline: Deadline) async {
      isShutDown = true
      for turn in waiting { turn.promise.fulfil(false) }
      waiting = []
      connector.stop()
      pool.trim()
      deletionGivesWay(until: deadline)
      if active > 0 { _ = await idle.value(until: deadline, on: loop) }
      for connection in used.values { connection.stop() }
    }
  }
#endif

#if SQLite
  internal import TelemetryCore
  internal import OTLPSystem

  /// Stores rows in a file. Blocks; ``SQLiteClient`` lets one thread at a time use it.
  ///
  /// SQLite keeps a list of the process's open files and their locks. A forked child would inherit the list, but not the locks, and
  /// would write beside other processes unprotected. So no connection is open at a fork: work under way is interrupted, and
  /// begins again afterwards.
  final class SQLiteWriter: ForkParticipant {
    private struct State: ~Copyable {
      var retention: Retention?
      var connection: SQLiteConnection?
    }

    // A thread that waits for a fork looks this often, in microseconds.
    private static let forkPause: UInt32 = 100

    private let path: String
    private let schema: DatabaseSchema
    private let diagnostics: Diagnostics
    // Held while rows are stored.
    private let state: Locked<State>
    let interruption = SQLiteInterruption()

    init(
      path: String, retention: Duration?, schema: DatabaseSchema = .current(.sqlite), diagnostics: Diagnostics = .silent
    ) {
      self.path = path
      self.schema = schema
      self.diagnostics = diagnostics
      state = Locked(State(retention: retention.map { Retention($0) }))
      Fork.join(self)
    }

    deinit { Fork.leave(self) }

    /// Stores rows in one transaction, unless the interruption, which the caller has begun, comes before the work.
    func store(_ rows: RowSet) -> Result<Void, SQLiteFailure> {
      guard !interruption.isOver else { return .failure(SQLiteFailure.interrupted) }
      while true {
        let (result, isHalted) = state.withLock { state in (store(rows, &state), interruption.isHalted) }
        guard case .failure(let failure) = result, failure.isTransient, isHalted else { return result }
        // The forking thread waits for the lock.
        usleep(Self.forkPause)
      }
    }

    private func store(_ rows: RowSet, _ state: inout State) -> Result<Void, SQLiteFailure> {
      do throws(SQLiteFailure) {
        let connection = try openConnection(&state)
        try connection.transaction { () throws(SQLiteFailure) in try connection.insert(rows) }
      } catch {
        // Another connection finds out what became of the file: its tables may be gone, or its disk back.
        if !error.isTransient { state.connection = nil }
        return .failure(error)
      }
      return .success(())
    }

    private func openConnection(_ state: inout State) throws(SQLiteFailure) -> SQLiteConnection {
      if let connection = state.connection, !connection.hasMoved { return connection }
      state.connection = nil
      do throws(SQLiteFailure) {
        let opened = try SQLiteConnection(path, .writing, interruption)
        try opened.prepareForWriting(schema)
        state.connection = opened
        return opened
      } catch {
        throw error.withReason(ofFolderOf: path)
      }
    }

    func close() { state.withLock { $0.connection = nil } }

    // MARK: Retention

    /// Deletes rows that are too old, if that is due, in the time of the batch that was stored. A deletion that fails, or gives way, is
    /// tried again after a later batch.
    func deleteOldRows() { state.withLock { deleteOldRows(&$0) } }

    private func deleteOldRows(_ state: inout State) {
      guard let connection = state.connection, let retention = state.retention, retention.isDue(at: .system) else {
        return
      }
      // The batch may have made or migrated the tables.
      interruption.beginDeletion(patience: retention.patience)
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
        state.retention?.ended(deleted: deleted, at: .system)
      } catch {
        // A fork interrupts every work.
        guard !interruption.isHalted else { return }
        if error.isLock, interruption.wasToldToEnd {
          state.retention?.gaveWay(at: .system)
          return
        }
        guard state.retention?.failed(at: .system) == true else { return }
        diagnostics.emitRetentionFailed(path, error.status, error.text)
      }
    }

    // MARK: Fork

    var forkOrder: ForkOrder { .leaf }
    func haltForFork() { interruption.halt() }

    func prepareFork() {
      state.lock()
      unsafe state.value.pointee.connection?.keepLogOnClose()
      unsafe state.value.pointee.connection = nil
    }

    func forkedParent() {
      state.unlock()
      interruption.proceed()
    }

    func forkedChild() { forkedParent() }
  }
#endif

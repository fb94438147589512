#if SQLite
  internal import Synchronization
  internal import TelemetryCore

  /// Queries of a file, which must exist. Blocks a thread of the runtime meanwhile.
  // SAFETY: the connection is used under the lock.
  final class SQLiteSource: DatabaseSource, @unchecked Sendable {
    private final class Query: Sendable {
      let isCancelled = Atomic(false)
    }

    private let connection: Locked<SQLiteConnection?>
    private let interruption = SQLiteInterruption()
    /// The query that the interruption holds for now.
    private let current = Locked<Query?>(nil)
    private let runtime: TelemetryRuntime
    private let patience: ReadingPatience

    init(_ path: String, runtime: TelemetryRuntime, patience: ReadingPatience) throws(DatabaseError) {
      self.patience = patience
      interruption.begin(until: Deadline(.system + patience.opening))
      connection = Locked(try SQLiteConnection.reading(path, interruption))
      self.runtime = runtime
    }

    var dialect: SQLDialect { .sqlite }

    func rows(
      _ sql: String, _ parameters: [SQLValue], columns: [DatabaseColumn.Kind]
    ) async throws(DatabaseError) -> [[SQLValue]] {
      // The wait for earlier queries counts too.
      let deadline = Deadline(.system + patience.query)
      let query = Query()
      let result = await withTaskCancellationHandler {
        await runtime.block { [self] () -> Result<[[SQLValue]], SQLiteFailure> in
          connection.withLock { connection in
            begin(query, until: deadline)
            defer { current.withLock { $0 = nil } }
            do throws(SQLiteFailure) {
              guard let connection, !interruption.isOver else { throw SQLiteFailure.interrupted }
              return .success(try connection.rows(sql, parameters, columns))
            } catch {
              return .failure(error)
            }
          }
        }
      } onCancel: {
        cancel(query)
      }
      do throws(SQLiteFailure) {
        return try result.get()
      } catch {
        if interruption.isHalted { throw .closed }
        guard error.isInterruption else { throw DatabaseError(error.text) }
        throw Task.isCancelled ? .cancelled : patience.error
      }
    }

    /// True while a query runs, for tests.
    var isQuerying: Bool { current.withLock { $0 != nil } }

    private func begin(_ query: Query, until deadline: Deadline) {
      current.withLock { current in
        current = query
        interruption.begin(until: deadline)
        if query.isCancelled.load(ordering: .relaxed) { interruption.stop() }
      }
    }

    private func cancel(_ query: Query) {
      current.withLock { current in
        query.isCancelled.store(true, ordering: .relaxed)
        if current === query { interruption.stop() }
      }
    }

    func close() async {
      interruption.halt()
      await runtime.block { [self] in connection.withLock { $0 = nil } }
    }
  }

  extension SQLiteConnection {
    fileprivate func rows(
      _ sql: String, _ parameters: [SQLValue], _ columns: [DatabaseColumn.Kind]
    ) throws(SQLiteFailure) -> [[SQLValue]] {
      let statement = try prepare(sql)
      for (index, parameter) in parameters.enumerated() { try statement.bind(index + 1, parameter) }
      var rows: [[SQLValue]] = []
      while try statement.step() {
        rows.append(columns.enumerated().map { statement.value($0.offset, $0.element) })
      }
      return rows
    }
  }

  extension SQLiteStatement {
    fileprivate func bind(_ index: Int, _ value: SQLValue) throws(SQLiteFailure) {
      switch value {
      case .null: bindNull(index)
      case .integer(let integer): bind(index, integer)
      case .bytes(let bytes): try bind(index, copying: bytes)
      }
    }

    fileprivate func value(_ index: Int, _ kind: DatabaseColumn.Kind) -> SQLValue {
      if isNull(index) { return .null }
      switch kind {
      case .int32, .int64: return .integer(int64(index))
      case .bytes, .text, .json: return .bytes(bytes(index))
      }
    }
  }
#endif

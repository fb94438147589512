#if SQLite
  internal import TelemetryCore

  /// Queries of a file, which must exist. Blocks a thread of the runtime meanwhile.
  // SAFETY: the connection is used under the lock.
  final class SQLiteSource: DatabaseSource, @unchecked Sendable {
    private let connection: Locked<SQLiteConnection?>
    private let interruption = SQLiteInterruption()
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
      let result = await runtime.block { [self] () -> Result<[[SQLValue]], SQLiteFailure> in
        connection.withLock { connection in
          interruption.begin(until: deadline)
          do throws(SQLiteFailure) {
            guard let connection else { throw SQLiteFailure.interrupted }
            return .success(try connection.rows(sql, parameters, columns))
          } catch {
            return .failure(error)
          }
        }
      }
      do throws(SQLiteFailure) {
        return try result.get()
      } catch {
        if interruption.isHalted { throw .closed }
        throw error.isInterruption ? patience.error : DatabaseError(error.text)
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

#if SQLite
  internal import COTLPSQLite
  internal import TelemetryCore

  /// A connection to a file. Blocks; one thread at a time.
  @safe
  final class SQLiteConnection {
    // SQLite calls the interruption after this number of instructions of its virtual machine, a fraction of a millisecond.
    private static let instructionsPerCheck: Int32 = 10_000

    // SAFETY: owned, and closed by deinit.
    private let handle: OpaquePointer
    // SQLite holds it unretained.
    let interruption: SQLiteInterruption
    private var inserts: [DatabaseTable: SQLiteInsert] = [:]

    enum Mode {
      /// Makes the file if it doesn't exist.
      case writing
      /// Refuses a file that doesn't exist.
      case reading
      /// The same, for a file that nobody writes meanwhile: neither locks it nor needs a file beside it.
      case unchanged
    }

    /// Opens a file.
    /// - Throws: A failure if the file can't be opened, or isn't a database.
    init(_ path: String, _ mode: Mode, _ interruption: SQLiteInterruption) throws(SQLiteFailure) {
      var handle: OpaquePointer?
      let access =
        switch mode {
        case .writing: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .reading: SQLITE_OPEN_READONLY
        case .unchanged: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
        }
      let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
      let name = mode == .unchanged ? Self.immutableName(of: path) : path
      let code = unsafe sqlite3_open_v2(name, &handle, flags, nil)
      guard code == SQLITE_OK, let handle = unsafe handle else {
        let failure = unsafe SQLiteFailure(code, of: handle)
        unsafe sqlite3_close_v2(handle)
        throw failure
      }
      unsafe self.handle = handle
      self.interruption = interruption
      let context = unsafe Unmanaged.passUnretained(interruption).toOpaque()
      unsafe sqlite3_busy_handler(handle, SQLiteInterruption.onBusy, context)
      unsafe sqlite3_progress_handler(
        handle, Self.instructionsPerCheck, SQLiteInterruption.onProgress, context)
    }

    /// The URI of a file that nobody changes.
    private static func immutableName(of path: String) -> String {
      let escaped = path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
      // Behind `file:`, two slashes would begin the name of a host.
      return "file:\(path.hasPrefix("/") ? "//" : "")\(escaped)?immutable=1"
    }

    /// Leaves the write-ahead log to the next connection when this one is closed, which saves time.
    func keepLogOnClose() { _ = unsafe COTLPSQLite_keep_log_on_close(handle) }

    deinit {
      inserts = [:]
      unsafe sqlite3_close_v2(handle)
    }

    /// True if the file was deleted or replaced: what is written now would be lost.
    var hasMoved: Bool {
      var moved: Int32 = 0
      let code = unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
      return code == SQLITE_OK && moved != 0
    }

    /// The number of rows that the last statement changed.
    var changes: Int { Int(unsafe sqlite3_changes(handle)) }

    /// The number of the row that was inserted last.
    var lastRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    // MARK: Statements

    func execute(_ sql: String) throws(SQLiteFailure) {
      let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
      guard code == SQLITE_OK else { throw unsafe SQLiteFailure(code, of: handle) }
    }

    func prepare(_ sql: String) throws(SQLiteFailure) -> SQLiteStatement { unsafe try SQLiteStatement(sql, handle) }

    /// Runs a transaction that holds the lock for writing from its beginning.
    func transaction(_ body: () throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
      try execute("BEGIN IMMEDIATE")
      interruption.lockTaken()
      do throws(SQLiteFailure) {
        try body()
        try execute("COMMIT")
      } catch {
        // After some failures SQLite has rolled back already. Nothing interrupts a rollback.
        if unsafe sqlite3_get_autocommit(handle) == 0 { _ = unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
        throw error
      }
    }

    // MARK: Rows

    /// The statement that inserts a row into a table, and leaves it out if it is there.
    func insert(into table: DatabaseTable) throws(SQLiteFailure) -> SQLiteInsert {
      if let insert = inserts[table] { return insert }
      let insert = unsafe try SQLiteInsert(table, handle)
      inserts[table] = insert
      return insert
    }
  }
#endif

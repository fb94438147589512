#if SQLite
  internal import COTLPSQLite
  internal import OTLPExport
  internal import TelemetryCore
  internal import OTLPSystem

  /// SQLite's code and text for a failed call.
  struct SQLiteFailure: Error {
    /// The extended result code.
    let code: Int32
    let message: String
    /// `errno` of the last failed system call, for files that can't be opened.
    let systemError: Int32

    init(_ code: Int32, _ message: String, systemError: Int32 = 0) {
      self.code = code
      self.message = message
      self.systemError = systemError
    }

    /// The failure of the last call on a connection.
    @unsafe
    init(_ code: Int32, of database: OpaquePointer?) {
      let text = unsafe database.flatMap { unsafe sqlite3_errmsg($0) }
      let message = unsafe String(cString: text ?? sqlite3_errstr(code))
      self.init(
        code, message.sanitized(limit: 300), systemError: unsafe database.map { unsafe sqlite3_system_errno($0) } ?? 0)
    }

    /// The failure to open a file for writing, with the reason that its folder can't be written. SQLite tries to open a file that it
    /// can't make for reading, and then has the reason of that: there is no such file.
    func withReason(ofFolderOf path: String) -> SQLiteFailure {
      guard primaryCode == SQLITE_CANTOPEN, systemError == ENOENT else { return self }
      let end = path.lastIndex(of: "/")
      let folder = end.map { path[...$0] } ?? "."
      guard unsafe access(String(folder), W_OK) != 0 else { return self }
      return SQLiteFailure(code, message, systemError: errno)
    }

    /// Work that was interrupted before it began.
    static var interrupted: SQLiteFailure { SQLiteFailure(SQLITE_INTERRUPT, "interrupted") }

    private var primaryCode: Int32 { code & 0xFF }

    /// The name of the result code, as a status.
    var status: String {
      switch primaryCode {
      case SQLITE_BUSY: "SQLITE_BUSY"
      case SQLITE_LOCKED: "SQLITE_LOCKED"
      case SQLITE_FULL: "SQLITE_FULL"
      case SQLITE_IOERR: "SQLITE_IOERR"
      case SQLITE_CANTOPEN: "SQLITE_CANTOPEN"
      case SQLITE_READONLY: "SQLITE_READONLY"
      case SQLITE_CORRUPT: "SQLITE_CORRUPT"
      case SQLITE_NOTADB: "SQLITE_NOTADB"
      case SQLITE_INTERRUPT: "SQLITE_INTERRUPT"
      case SQLITE_CONSTRAINT: "SQLITE_CONSTRAINT"
      case SQLITE_TOOBIG: "SQLITE_TOOBIG"
      case SQLITE_MISMATCH: "SQLITE_MISMATCH"
      case SQLITE_NOMEM: "SQLITE_NOMEM"
      default: "SQLITE_\(code)"
      }
    }

    /// True if another process holds the file.
    var isLock: Bool { [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL, SQLITE_INTERRUPT].contains(primaryCode) }

    /// True if `SQLiteInterruption` ended the work.
    var isInterruption: Bool { primaryCode == SQLITE_INTERRUPT }

    /// True for the failure to open a file that can be read but not written, or whose log's index can't be made.
    var isForWantOfRights: Bool { [SQLITE_CANTOPEN, SQLITE_READONLY].contains(primaryCode) }

    /// True for a failure that says nothing of the connection.
    var isTransient: Bool { [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_INTERRUPT].contains(primaryCode) }

    /// The consequence for the batch: what passes by itself is tried again, what a person must mend isn't.
    private var meaning: AttemptFailure.Meaning {
      switch primaryCode {
      case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM, SQLITE_PROTOCOL, SQLITE_INTERRUPT,
        SQLITE_SCHEMA:
        .retry
      case SQLITE_CANTOPEN where ![ENOENT, EACCES, EPERM, ENOTDIR, EISDIR, EROFS].contains(systemError): .retry
      case SQLITE_READONLY where code != SQLITE_READONLY: .retry  // a journal to be recovered, a moved file
      case SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH: .badData
      default: .drop
      }
    }

    /// The message, with the system's reason for a file that can't be opened.
    var text: String {
      guard primaryCode == SQLITE_CANTOPEN, systemError != 0 else { return message }
      return "\(message) (\(SystemError.text(of: systemError)))"
    }

    /// The failure of an attempt, whose transaction was rolled back.
    func attemptFailure(_ origin: AttemptFailure.Origin = .server) -> AttemptFailure {
      AttemptFailure(
        meaning, status: status, message: text, origin: origin,
        fate: meaning == .retry ? .neverProcessed : .processed)
    }
  }
#endif

#if SQLite
  internal import COTLPSQLite
  internal import TelemetryCore
  internal import OTLPSystem

  extension SQLiteConnection {
    /// Opens a file with telemetry for reading.
    ///
    /// SQLite reads a file with a write-ahead log only if it can write the log's index beside it. Without that right a file whose log
    /// is gone, since its last writer closed it, is complete by itself, and is read as one that nobody changes.
    static func reading(
      _ path: String, _ interruption: SQLiteInterruption
    ) throws(DatabaseError) -> SQLiteConnection {
      if let reason = unusable(path) { throw DatabaseError(reason) }
      do throws(SQLiteFailure) {
        return try checked(try SQLiteConnection(path, .reading, interruption))
      } catch {
        guard error.isForWantOfRights else { throw DatabaseError(error.text) }
        return try unchanged(path, interruption)
      }
    }

    /// The reason why a path can't be read as a file; nil if SQLite has to find out.
    private static func unusable(_ path: String) -> String? {
      guard unsafe access(path, F_OK) == 0 else {
        return errno == ENOENT ? "the file doesn't exist" : SystemError.text(of: errno)
      }
      if isFolder(path) { return "it is a folder, not a file" }
      return unsafe access(path, R_OK) == 0 ? nil : "the file can't be read (\(SystemError.text(of: errno)))"
    }

    private static func unchanged(
      _ path: String, _ interruption: SQLiteInterruption
    ) throws(DatabaseError) -> SQLiteConnection {
      var log = stat()
      guard unsafe stat(path + "-wal", &log) != 0 || log.st_size == 0 else {
        throw DatabaseError(
          "a writer has left the log \(path.sanitized())-wal, which can't be read without the right to write beside it")
      }
      do throws(SQLiteFailure) {
        return try checked(try SQLiteConnection(path, .unchanged, interruption))
      } catch {
        throw DatabaseError(error.text)
      }
    }

    /// - Throws: A failure if the file has no telemetry that this version knows.
    private static func checked(_ connection: SQLiteConnection) throws(SQLiteFailure) -> SQLiteConnection {
      let reason = DatabaseSchema.current(.sqlite).reasonNotToRead(try connection.schemaVersion(), in: "file")
      if let reason { throw SQLiteFailure(SQLITE_ERROR, reason) }
      return connection
    }

    private static func isFolder(_ path: String) -> Bool {
      var status = stat()
      return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes a file with its tables, unless they are there, and finds out whether it can be written.
    static func prepare(_ path: String, until deadline: Deadline) throws(DatabaseError) {
      let interruption = SQLiteInterruption()
      interruption.begin(until: deadline)
      do throws(SQLiteFailure) {
        let connection = try SQLiteConnection(path, .writing, interruption)
        try connection.prepareForWriting(.current(.sqlite))
        // Begins to write, which a file without the right refuses.
        try connection.transaction {}
      } catch {
        let failure = error.withReason(ofFolderOf: path)
        let reason = isFolder(path) ? "it is a folder, not a file" : failure.text
        throw DatabaseError(reason, isPassing: failure.isLock)
      }
    }
  }

#endif

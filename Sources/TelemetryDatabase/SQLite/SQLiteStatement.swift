#if SQLite
  internal import COTLPSQLite

  /// A prepared statement. One thread at a time.
  @safe
  struct SQLiteStatement: ~Copyable {
    // SAFETY: owned, and finalized once.
    private let handle: OpaquePointer

    @unsafe
    init(_ sql: String, _ database: OpaquePointer) throws(SQLiteFailure) {
      var handle: OpaquePointer?
      let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
      let code = unsafe sqlite3_prepare_v3(database, sql, -1, flags, &handle, nil)
      guard code == SQLITE_OK, let handle = unsafe handle else { throw unsafe SQLiteFailure(code, of: database) }
      unsafe self.handle = handle
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Runs the statement to its next row.
    /// - Returns: False at the end.
    func step() throws(SQLiteFailure) -> Bool {
      let code = unsafe sqlite3_step(handle)
      if code == SQLITE_ROW { return true }
      guard code == SQLITE_DONE else {
        let failure = unsafe SQLiteFailure(
          sqlite3_extended_errcode(sqlite3_db_handle(handle)), of: sqlite3_db_handle(handle))
        reset()
        throw failure
      }
      return false
    }

    func reset() { unsafe sqlite3_reset(handle) }

    // MARK: Parameters

    func bind(_ index: Int, _ value: Int64) { unsafe sqlite3_bind_int64(handle, Int32(index), value) }
    func bindNull(_ index: Int) { unsafe sqlite3_bind_null(handle, Int32(index)) }

    /// Binds a copy of the bytes, as a blob.
    func bind(_ index: Int, copying bytes: [UInt8]) throws(SQLiteFailure) {
      let code = unsafe bytes.withUnsafeBytes {
        unsafe COTLPSQLite_bind_copy(handle, Int32(index), $0.baseAddress, Int32(clamping: $0.count))
      }
      guard code == SQLITE_OK else { throw unsafe SQLiteFailure(code, of: sqlite3_db_handle(handle)) }
    }

    /// Binds a field of a row, whose bytes must outlive the step.
    @unsafe
    func bind(_ index: Int, _ column: DatabaseColumn.Kind, _ bytes: UnsafeRawBufferPointer?) throws(SQLiteFailure) {
      let index = Int32(index)
      guard let bytes = unsafe bytes else {
        unsafe sqlite3_bind_null(handle, index)
        return
      }
      let count = Int32(clamping: bytes.count)
      let code =
        switch column {
        case .bytes: unsafe COTLPSQLite_bind_blob(handle, index, bytes.baseAddress, count)
        case .text: unsafe COTLPSQLite_bind_text(handle, index, bytes.baseAddress, count)
        case .json: unsafe COTLPSQLite_bind_text(handle, index, bytes.baseAddress.map { unsafe $0 + 1 }, count - 1)
        case .int32:
          unsafe sqlite3_bind_int64(
            handle, index, Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
        case .int64:
          unsafe sqlite3_bind_int64(handle, index, Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        }
      guard code == SQLITE_OK else { throw unsafe SQLiteFailure(code, of: sqlite3_db_handle(handle)) }
    }

    // MARK: Results

    func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }
    func int64(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, Int32(column)) }

    /// The bytes of a text or a blob.
    func bytes(_ column: Int) -> [UInt8] {
      let start = unsafe sqlite3_column_blob(handle, Int32(column))
      let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
      return unsafe Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
  }
#endif

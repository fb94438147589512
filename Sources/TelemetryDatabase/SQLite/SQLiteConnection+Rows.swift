#if SQLite
  internal import COTLPSQLite

  extension SQLiteConnection {
    /// Inserts rows; those that are there already are left out.
    func insert(_ rows: RowSet) throws(SQLiteFailure) {
      let result: Result<Void, SQLiteFailure> = unsafe rows.buffer.withBytes { bytes in
        do throws(SQLiteFailure) {
          return .success(try unsafe insert(bytes, rows.sections))
        } catch {
          return .failure(error)
        }
      }
      try result.get()
    }

    @unsafe
    private func insert(_ bytes: UnsafeRawBufferPointer, _ sections: [RowSet.Section]) throws(SQLiteFailure) {
      var numbers = SpanNumbers()
      for section in sections {
        let insert = try insert(into: section.table)
        var reader = unsafe RowReader(bytes, from: section.bytes.lowerBound)
        numbers.rewind()
        for _ in 0..<section.rowCount {
          _ = reader.beginRow()
          switch section.table {
          case .spans: unsafe try insertSpan(&reader, insert, &numbers)
          case .spanEvents, .spanLinks:
            let key = reader.skipFields(DatabaseTable.spans.key.count)
            if let number = numbers.number(key, reader) {
              unsafe try insert.run(&reader, after: number)
            } else {
              _ = reader.skipFields(insert.columns.count - 1)
            }
          case .resources, .scopes, .logRecords: unsafe try insert.run(&reader)
          }
        }
      }
    }

    @unsafe
    private func insertSpan(
      _ reader: inout RowReader, _ insert: SQLiteInsert, _ numbers: inout SpanNumbers
    ) throws(SQLiteFailure) {
      var ahead = reader
      let key = ahead.skipFields(DatabaseTable.spans.key.count)
      unsafe try insert.run(&reader)
      // A span that was there already has its events and links, which belong to its digest.
      numbers.add(key, changes > 0 ? lastRowID : nil)
    }
  }
#endif

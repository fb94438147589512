#if PostgreSQL
  internal import COTLPPostgres

  /// Sends queries with parameters in binary form, for results in binary form.
  enum PostgreSQLParameters {
    // The types int8 and bytea.
    private static let integerType: Oid = 20
    private static let bytesType: Oid = 17

    @unsafe
    static func send(_ sql: String, _ parameters: [SQLValue], _ raw: OpaquePointer) -> Int32 {
      let values = parameters.map(\.binary)
      let types = parameters.map { if case .integer = $0 { integerType } else { bytesType } }
      let lengths = values.map { Int32(clamping: $0?.count ?? 0) }
      let formats = [Int32](repeating: 1, count: values.count)
      // One block for all, since nested calls would be needed for the arrays' own.
      let block = values.flatMap { $0 ?? [] }
      return unsafe block.withUnsafeBytes { block in
        var position = 0
        let pointers = unsafe values.map { value -> UnsafePointer<CChar>? in
          guard let value else { return nil }
          defer { position += value.count }
          // Empty bytes need an address too, or they would be NULL.
          let start = unsafe block.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
          return unsafe start.map { unsafe ($0 + position).assumingMemoryBound(to: CChar.self) }
        }
        return unsafe PQsendQueryParams(raw, sql, Int32(values.count), types, pointers, lengths, formats, 1)
      }
    }
  }

  extension SQLValue {
    fileprivate var binary: [UInt8]? {
      switch self {
      case .null: nil
      case .bytes(let bytes): bytes
      case .integer(let value): unsafe withUnsafeBytes(of: value.bigEndian) { unsafe Array($0) }
      }
    }

    /// A field of a result in binary form.
    init(_ field: [UInt8]?, _ kind: DatabaseColumn.Kind) {
      guard let field else {
        self = .null
        return
      }
      switch kind {
      case .bytes, .text: self = .bytes(field)
      case .json: self = .bytes(Array(field.dropFirst()))
      case .int32:
        self = .integer(Int64(Int32(truncatingIfNeeded: field.reduce(0 as UInt64) { $0 << 8 | UInt64($1) })))
      case .int64: self = .integer(Int64(bitPattern: field.reduce(0) { $0 << 8 | UInt64($1) }))
      }
    }
  }
#endif

internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// The rows of a request, as the client of a database keeps them for all attempts: the identifiers of log records, which are drawn
/// when the rows are made, let the database recognize a batch that it has stored already.
///
/// Five bytes, of which the first is ``mark``, then for each table with rows its number, the number of rows and the number of
/// bytes, big-endian, and the bytes of its ``RowBuffer``.
struct RowSet {
  struct Section {
    let table: DatabaseTable
    let rowCount: Int
    let bytes: Range<Int>
  }

  /// Distinguishes rows from a request in protobuf, whose first byte is 0 (gRPC's prefix).
  private static let mark: UInt8 = 0xDB
  private static let headerSize = 9

  let buffer: BufferSlice
  let sections: [Section]

  /// The rows of an encoded request; nil if it has another form.
  init?(_ buffer: BufferSlice) {
    self.buffer = buffer
    guard buffer.count >= 5, unsafe buffer.withBytes({ unsafe $0[0] }) == Self.mark else { return nil }
    var sections: [Section] = []
    var position = 5
    while position < buffer.count {
      let (number, rows, count) = unsafe buffer.withBytes { bytes in
        let words = unsafe (
          bytes.loadUnaligned(fromByteOffset: position + 1, as: UInt32.self),
          bytes.loadUnaligned(fromByteOffset: position + 5, as: UInt32.self)
        )
        return (unsafe bytes[position], Int(UInt32(bigEndian: words.0)), Int(UInt32(bigEndian: words.1)))
      }
      guard let table = DatabaseTable(rawValue: number) else { return nil }
      let start = position + Self.headerSize
      sections.append(Section(table: table, rowCount: rows, bytes: start..<start + count))
      position = start + count
    }
    self.sections = sections
  }

  /// The rows of a request in protobuf.
  static func encode(_ request: BufferSlice, _ signal: OTLPSignal) throws(WireError) -> BufferSlice {
    var encoder = RowEncoder(signal)
    let result: Result<Void, WireError> = unsafe request.withBytes { bytes in
      do throws(WireError) {
        return .success(try encoder.request(unsafe MessageBytes(bytes)))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
    return slice(encoder)
  }

  private static func slice(_ encoder: borrowing RowEncoder) -> BufferSlice {
    var size = 5
    encoder.forEachTable { _, rows in if rows.count > 0 { size += headerSize + rows.byteCount } }
    let buffer = RawBuffer(capacity: size)
    var place = unsafe buffer.base
    func store(_ value: some BitwiseCopyable) {
      unsafe place.storeBytes(of: value, as: type(of: value))
      unsafe place += MemoryLayout.size(ofValue: value)
    }
    store(mark)
    store(0 as UInt32)
    encoder.forEachTable { table, rows in
      guard rows.count > 0, let start = unsafe rows.raw.baseAddress else { return }
      store(table.rawValue)
      store(UInt32(clamping: rows.count).bigEndian)
      store(UInt32(clamping: rows.byteCount).bigEndian)
      unsafe place.copyMemory(from: start, byteCount: rows.byteCount)
      unsafe place += rows.byteCount
    }
    return BufferSlice(buffer: buffer, range: 0..<size)
  }
}

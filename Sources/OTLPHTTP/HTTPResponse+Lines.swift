internal import TelemetryCore

extension HTTPResponse {
  /// The longest value of a field that is kept.
  private static let maxValueBytes = 1024

  /// Reads a line of a response's head. The status line of a later response, after an interim one, begins anew.
  package mutating func read(line: UnsafeRawBufferPointer) {
    if unsafe line.starts(with: "HTTP/".utf8) {
      self = HTTPResponse(status: 0)
      return
    }
    guard let colon = unsafe line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return }
    guard let field = unsafe Self.field(UnsafeRawBufferPointer(rebasing: line[..<colon])) else { return }
    let value = unsafe UnsafeRawBufferPointer(rebasing: line[(colon + 1)...].prefix(Self.maxValueBytes))
    fields[field] = unsafe String(String(decoding: value, as: UTF8.self).trimmed)
  }

  private static func field(_ name: UnsafeRawBufferPointer) -> Field? {
    Field.allCases.first { field in
      let wanted = field.rawValue.utf8
      guard wanted.count == name.count else { return false }
      return unsafe zip(wanted, name).allSatisfy { $0 == $1 | 0x20 }
    }
  }
}

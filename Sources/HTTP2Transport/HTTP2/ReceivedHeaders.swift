/// Received header fields in one flat array, which is searched in order. The connection's configuration bounds their size.
package struct ReceivedHeaders: Sendable {
  // Each field has the lengths of name and value in two bytes each, then both. The headers and the trailers of a response
  // share the array.
  private let storage: [UInt8]
  private let range: Range<Int>

  /// No fields.
  package init() {
    storage = []
    range = 0..<0
  }

  init(storage: [UInt8], range: Range<Int>) {
    self.storage = storage
    self.range = range
  }

  /// Makes fields for tests.
  package init(_ fields: [(name: String, value: String)]) {
    var storage: [UInt8] = []
    for (name, value) in fields {
      unsafe Array(name.utf8).withUnsafeBufferPointer { name in
        unsafe Array(value.utf8).withUnsafeBufferPointer { unsafe ReceivedHeaders.append(name, $0, to: &storage) }
      }
    }
    self.init(storage: storage, range: 0..<storage.count)
  }

  /// True if there is no field.
  package var isEmpty: Bool { range.isEmpty }

  /// The first value of a field as text, with invalid UTF-8 repaired; nil without such a field.
  package func value(for name: StaticString) -> String? {
    unsafe withValue(for: name) { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// Calls `body` with the bytes of the first value of a field.
  /// - Returns: The result of `body`, or nil without such a field.
  package func withValue<Result>(for name: StaticString, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
    let wanted = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    var result: Result?
    unsafe forEachField { field, value in
      guard field.count == wanted.count, unsafe ReceivedHeaders.isEqual(field, wanted) else { return true }
      result = unsafe body(value)
      return false
    }
    return result
  }

  /// True if the first value of a field is `value`. Costs less than a comparison of texts.
  package func has(_ name: StaticString, _ value: StaticString) -> Bool {
    let expected = unsafe UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount)
    return unsafe withValue(for: name) {
      unsafe $0.count == expected.count && ReceivedHeaders.isEqual($0, expected)
    } ?? false
  }

  /// All values of a field as text, in order.
  package func values(for name: StaticString) -> [String] {
    let wanted = name.description
    return fields.filter { $0.name == wanted }.map(\.value)
  }

  /// All fields as text, in order.
  package var fields: [(name: String, value: String)] {
    var result: [(name: String, value: String)] = []
    unsafe forEachField { name, value in
      unsafe result.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
      return true
    }
    return result
  }

  /// Calls `body` with the name and value of each field until `body` returns false.
  private func forEachField(_ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool) {
    unsafe storage.withUnsafeBufferPointer { bytes in
      var index = range.lowerBound
      while index < range.upperBound {
        let nameCount = unsafe Int(bytes[index]) << 8 | Int(bytes[index + 1])
        let valueCount = unsafe Int(bytes[index + 2]) << 8 | Int(bytes[index + 3])
        let value = index + 4 + nameCount
        let more = unsafe body(
          UnsafeBufferPointer(rebasing: bytes[index + 4..<value]),
          UnsafeBufferPointer(rebasing: bytes[value..<value + valueCount]))
        if !more { return }
        index = value + valueCount
      }
    }
  }

  private static func isEqual(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
    for index in 0..<left.count where unsafe left[index] != right[index] { return false }
    return true
  }

  /// Appends a field. Name and value may have at most 65,535 bytes each.
  static func append(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, to storage: inout [UInt8]
  ) {
    // A single append, because each growth of an array costs more than the bytes of a field.
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4 + name.count + value.count) { field in
      let counts = UInt32(truncatingIfNeeded: name.count << 16 | value.count).bigEndian
      unsafe UnsafeMutableRawBufferPointer(field).storeBytes(of: counts, as: UInt32.self)
      unsafe copy(name, to: field, at: 4)
      unsafe copy(value, to: field, at: 4 + name.count)
      unsafe storage.append(contentsOf: field)
    }
  }

  private static func copy(
    _ bytes: UnsafeBufferPointer<UInt8>, to field: UnsafeMutableBufferPointer<UInt8>, at index: Int
  ) {
    guard let start = bytes.baseAddress, let base = field.baseAddress else { return }
    unsafe (base + index).update(from: start, count: bytes.count)
  }
}

internal import CNGHTTP2

/// Header fields in the form in which nghttp2 takes them, made once for many requests.
@safe
package final class HeaderBlock: Sendable {
  // SAFETY: both are filled in `init` and only read afterwards; they are freed with the object.
  nonisolated(unsafe) let fields: UnsafeMutablePointer<nghttp2_nv>
  private nonisolated(unsafe) let bytes: UnsafeMutablePointer<UInt8>
  /// How many fields there are.
  package let count: Int
  /// How many of them, at the front, are pseudo-header fields.
  let pseudoCount: Int

  /// Makes a block of fields, pseudo-header fields first.
  package init(_ list: [(name: String, value: String, sensitive: Bool)]) {
    count = list.count
    pseudoCount = list.prefix { $0.name.utf8.first == UInt8(ascii: ":") }.count
    let size = list.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    unsafe fields = .allocate(capacity: max(1, list.count))
    unsafe bytes = .allocate(capacity: max(1, size))
    var end = unsafe bytes
    for (index, field) in list.enumerated() {
      let name = unsafe HeaderBlock.append(field.name, to: &end)
      let value = unsafe HeaderBlock.append(field.value, to: &end)
      let flags =
        NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
        | (field.sensitive ? NGHTTP2_NV_FLAG_NO_INDEX.rawValue : 0)
      unsafe (fields + index).initialize(
        to: nghttp2_nv(
          name: name.baseAddress, value: value.baseAddress, namelen: name.count, valuelen: value.count,
          flags: UInt8(flags)))
    }
  }

  private static func append(
    _ text: String, to end: inout UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutableBufferPointer<UInt8> {
    let start = unsafe end
    for byte in text.utf8 {
      unsafe end.initialize(to: byte)
      unsafe end += 1
    }
    return unsafe UnsafeMutableBufferPointer(start: start, count: end - start)
  }

  deinit {
    unsafe fields.deallocate()
    unsafe bytes.deallocate()
  }
}

internal import COTLPNGHTTP2

/// Header fields in nghttp2's form, made once for many requests.
@safe
package final class HeaderBlock: Sendable {
  // SAFETY: both are filled in `init`, only read afterwards, and freed in `deinit`.
  nonisolated(unsafe) let fields: UnsafeMutablePointer<nghttp2_nv>
  private nonisolated(unsafe) let bytes: UnsafeMutablePointer<UInt8>
  /// The number of fields.
  package let count: Int
  /// The size as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113, 6.5.2).
  let listBytes: Int
  /// The number of pseudo-header fields, which come first.
  let pseudoCount: Int

  /// Makes a block of fields, which must begin with the pseudo-header fields.
  package init(_ list: [HTTP2Field]) {
    count = list.count
    pseudoCount = list.prefix { $0.name.utf8.first == UInt8(ascii: ":") }.count
    listBytes = list.reduce(0) { $0 + $1.listBytes }
    let size = listBytes - 32 * list.count
    unsafe fields = .allocate(capacity: max(1, list.count))
    unsafe bytes = .allocate(capacity: max(1, size))
    var end = unsafe bytes
    for (index, field) in list.enumerated() {
      let name = unsafe HeaderBlock.append(field.name, to: &end)
      let value = unsafe HeaderBlock.append(field.value, to: &end)
      let flags =
        NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
        | (field.neverIndexed ? NGHTTP2_NV_FLAG_NO_INDEX.rawValue : 0)
      unsafe (fields + index).initialize(
        to: nghttp2_nv(
          name: name.baseAddress, value: value.baseAddress, namelen: name.count, valuelen: value.count,
          flags: UInt8(flags)))
    }
  }

  /// The name and size of the largest field.
  var largest: (name: String, bytes: Int) {
    var result = (name: "", bytes: 0)
    for index in 0..<count {
      let field = unsafe fields[index]
      let bytes = unsafe field.namelen + field.valuelen + 32
      guard bytes > result.bytes else { continue }
      let name = unsafe UnsafeBufferPointer(start: field.name, count: field.namelen)
      result = (unsafe String(decoding: name, as: UTF8.self), bytes)
    }
    return result
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

internal import COTLPNGHTTP2

/// Orders the header fields of one request for nghttp2, which copies the fields that aren't in a header block.
enum RequestFields {
  static func with(_ request: HTTP2Request, _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Int32) -> Int32 {
    guard request.extraFields.isEmpty else { return unsafe withExtras(request, body) }
    guard let leading = request.leadingField else {
      return unsafe body(UnsafeBufferPointer(start: request.headers.fields, count: request.headers.count))
    }
    return unsafe field(leading) { unsafe list(request.headers, leading: $0, extras: [], body) }
  }

  private static func field(_ field: HTTP2Field, _ body: (nghttp2_nv) -> Int32) -> Int32 {
    var name = field.name
    var value = field.value
    return name.withUTF8 { name in
      value.withUTF8 { value in
        unsafe body(
          nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.baseAddress),
            value: UnsafeMutablePointer(mutating: value.baseAddress),
            namelen: name.count, valuelen: value.count, flags: flags(field)))
      }
    }
  }

  private static func flags(_ field: HTTP2Field) -> UInt8 {
    field.neverIndexed ? UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) : 0
  }

  private static func list(
    _ block: HeaderBlock, leading: nghttp2_nv?, extras: [nghttp2_nv],
    _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Int32
  ) -> Int32 {
    let total = unsafe block.count + (leading == nil ? 0 : 1) + extras.count
    return unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: total) { buffer in
      let start = unsafe buffer.baseAddress.unsafelyUnwrapped
      unsafe start.initialize(from: block.fields, count: block.pseudoCount)
      var end = block.pseudoCount
      if let leading = unsafe leading {
        unsafe (start + end).initialize(to: leading)
        end += 1
      }
      let rest = block.count - block.pseudoCount
      unsafe (start + end).initialize(from: block.fields + block.pseudoCount, count: rest)
      end += rest
      for index in unsafe extras.indices { unsafe (start + end + index).initialize(to: extras[index]) }
      return unsafe body(UnsafeBufferPointer(start: start, count: total))
    }
  }

  private static func withExtras(
    _ request: HTTP2Request, _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Int32
  ) -> Int32 {
    let all = (request.leadingField.map { [$0] } ?? []) + request.extraFields
    var bytes = all.flatMap { Array($0.name.utf8) + Array($0.value.utf8) }
    return unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      var offset = bytes.baseAddress
      var fields: [nghttp2_nv] = unsafe []
      for field in all {
        let name = unsafe offset
        let value = unsafe offset.map { unsafe $0 + field.name.utf8.count }
        unsafe offset = value.map { unsafe $0 + field.value.utf8.count }
        unsafe fields.append(
          nghttp2_nv(
            name: name, value: value, namelen: field.name.utf8.count, valuelen: field.value.utf8.count,
            flags: flags(field)))
      }
      let hasLeading = request.leadingField != nil
      return unsafe list(
        request.headers, leading: hasLeading ? fields[0] : nil, extras: Array(fields.dropFirst(hasLeading ? 1 : 0)),
        body)
    }
  }
}

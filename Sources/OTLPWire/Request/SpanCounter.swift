/// Counts the spans of an encoded request, and reads their ids, without decoding them.
package enum SpanCounter {
  package static func count(_ message: ArraySlice<UInt8>) throws(WireError) -> Int {
    var count = 0
    try forEachSpan(of: message) { (_) throws(WireError) in count += 1 }
    return count
  }

  package static func ids(_ message: ArraySlice<UInt8>) throws(WireError) -> [UInt64] {
    var ids: [UInt64] = []
    try forEachSpan(of: message) { (span) throws(WireError) in
      var span = span
      while let tag = try span.nextTag() {
        if tag == FieldTag.Span.spanID { ids.append(try span.identifier(words: 1).0) } else { try span.skip(tag) }
      }
    }
    return ids
  }

  private static func forEachSpan(
    of message: ArraySlice<UInt8>, _ body: (ProtobufReader) throws(WireError) -> Void
  ) throws(WireError) {
    try message.reading { (request) throws(WireError) in
      try forEach(FieldTag.ExportRequest.resources, of: request) { (resource) throws(WireError) in
        try forEach(FieldTag.ResourceItems.scopes, of: resource) { (scope) throws(WireError) in
          try forEach(FieldTag.ScopeItems.items, of: scope, body)
        }
      }
    }
  }

  private static func forEach(
    _ tag: UInt32, of reader: ProtobufReader, _ body: (ProtobufReader) throws(WireError) -> Void
  ) throws(WireError) {
    var reader = reader
    while let next = try reader.nextTag() {
      if next == tag { try body(try reader.message()) } else { try reader.skip(next) }
    }
  }
}

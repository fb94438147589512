internal import TelemetryCore

/// The head of an HTTP/1.1 request, as far as it concerns the body and the connection (RFC 9112, 6.3 and 9.3).
struct HTTP1RequestHead {
  typealias Field = LoopbackCollector.Field
  typealias Failure = HTTP1RequestParser.Failure

  private(set) var contentLength: Int?
  private(set) var isChunked = false
  private(set) var closes = false

  init(_ fields: [Field], version: Substring) throws(Failure) {
    closes = version == "HTTP/1.0"
    for field in fields {
      switch field.name {
      case "content-length":
        guard let length = Int(decimal: field.value[...]), contentLength ?? length == length else {
          throw Failure(status: 400, message: "Content-Length is no single number")
        }
        contentLength = length
      case "transfer-encoding":
        guard field.value.lowercased() == "chunked", !isChunked else {
          throw Failure(status: 501, message: "Transfer-Encoding isn't 'chunked'")
        }
        isChunked = true
      case "connection":
        let words = field.value.lowercased().split(separator: ",").map(\.trimmed)
        if words.contains("close") { closes = true }
        if words.contains("keep-alive"), version == "HTTP/1.0" { closes = false }
      default: break
      }
    }
    // Two lengths are how requests are smuggled past a proxy.
    guard !isChunked || contentLength == nil else {
      throw Failure(status: 400, message: "the request has both Content-Length and Transfer-Encoding")
    }
  }

  /// The fields of a head's lines, as HTTP/2 has them: pseudo-fields first, names in lower case.
  static func fields(_ lines: [Substring]) throws(Failure) -> [Field] {
    let parts = lines.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
    guard parts.count == 3, !parts[0].isEmpty, parts[1].first == "/" || parts[1].hasPrefix("http://"),
      parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0"
    else { throw Failure(status: 400, message: "the request line is not of HTTP/1.1") }
    var fields = [Field(":method", String(parts[0])), Field(":path", path(parts[1]))]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
        line[..<colon].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else { throw Failure(status: 400, message: "a header has no name") }
      let name = line[..<colon].lowercased()
      let value = String(line[line.index(after: colon)...].trimmed)
      fields.append(Field(name == "host" ? ":authority" : name, value))
      guard fields.count <= 1000 else { throw Failure(status: 431, message: "too many headers") }
    }
    return fields
  }

  /// The path of a request's target, which is a whole URL if the client takes this server for a proxy.
  private static func path(_ target: Substring) -> String {
    guard target.hasPrefix("http://") else { return String(target) }
    return target.dropFirst(7).firstIndex(of: "/").map { String(target[$0...]) } ?? "/"
  }
}

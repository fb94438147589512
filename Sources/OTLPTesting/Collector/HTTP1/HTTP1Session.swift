internal import TelemetryCore

/// The server side of HTTP/1.1. The requests of a connection have the numbers 1, 3, 5, …; each is read when the response to
/// the one before is complete.
final class HTTP1Session: CollectorSession {
  private struct Request {
    let number: Int32
    var fields: [Field] = []
    var body: [UInt8] = []
    var isComplete = false
    var response: Response?
  }

  private struct Response {
    var isChunked = false
    var isEnded = false
  }

  private var parser: HTTP1RequestParser
  private var request: Request?
  private var lastNumber: Int32 = -1
  private var events: [ServerEvent] = []
  private var output: [UInt8] = []
  /// No further request is read.
  private var isClosing = false
  private(set) var isFinished = false

  init(_ configuration: LoopbackCollector.Configuration) {
    // A compressed body is smaller than its message; a longer one is refused by its message.
    parser = HTTP1RequestParser(maxBodyBytes: max(64 << 20, configuration.maxMessageBytes))
  }

  // MARK: Input

  func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard !isClosing else { return true }
    unsafe parser.append(bytes)
    read()
    return true
  }

  private func read() {
    // The next request waits for the end of the response.
    while !isClosing, request?.isComplete != true {
      do throws(HTTP1RequestParser.Failure) {
        guard let event = try parser.next() else { return }
        take(event)
      } catch {
        return refuse(error)
      }
    }
  }

  private func take(_ event: HTTP1RequestParser.Event) {
    switch event {
    case .head(let fields):
      lastNumber += 2
      request = Request(number: lastNumber, fields: fields)
      events.append(.headers(lastNumber))
      if fields.contains(where: { $0.name == "expect" && $0.value.lowercased() == "100-continue" }) {
        output += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
      }
    case .body(let bytes):
      request?.body += bytes
      events.append(.body(lastNumber))
    case .end:
      request?.isComplete = true
      events.append(.complete(lastNumber))
    }
  }

  private func refuse(_ failure: HTTP1RequestParser.Failure) {
    isClosing = true
    if let number = request?.number { events.append(.closed(number)) }
    request = nil
    let body = failure.message + "\n"
    output += Array(
      ("HTTP/1.1 \(failure.status) \(Self.phrase(failure.status))\r\ncontent-type: text/plain\r\n"
        + "content-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n" + body).utf8)
    isFinished = true
  }

  var hasEvents: Bool { !events.isEmpty }

  func takeEvents() -> [ServerEvent] {
    defer { events = [] }
    return events
  }

  func fields(of stream: Int32) -> [Field] { request?.number == stream ? request?.fields ?? [] : [] }
  func bodyCount(of stream: Int32) -> Int { request?.number == stream ? request?.body.count ?? 0 : 0 }
  func bodyPrefix(of stream: Int32, _ count: Int) -> [UInt8] { Array(request?.body.prefix(count) ?? []) }

  // The parser refuses such a body.
  func isTooLong(_ stream: Int32) -> Bool { false }

  func takeBody(of stream: Int32) -> [UInt8] {
    guard request?.number == stream else { return [] }
    defer { request?.body = [] }
    return request?.body ?? []
  }

  var hasFrames: Bool { false }
  var openStreams: Int { request == nil ? 0 : 1 }
  var lastProcessedStream: Int32 { max(0, lastNumber) }

  // MARK: Output

  func submitHeaders(_ stream: Int32, _ fields: [Field], endStream: Bool) {
    guard let current = request, current.number == stream, current.response?.isEnded != true else { return }
    let status = fields.first { $0.name == ":status" }.flatMap { Int($0.value) } ?? 200
    var text = "HTTP/1.1 \(status) \(Self.phrase(status))\r\n"
    for field in fields where !field.name.hasPrefix(":") { text += "\(field.name): \(field.value)\r\n" }
    guard status >= 200 else {
      output += Array((text + "\r\n").utf8)
      return
    }
    let hasLength = fields.contains { $0.name == "content-length" }
    if !hasLength { text += endStream ? "content-length: 0\r\n" : "transfer-encoding: chunked\r\n" }
    if parser.closes || isClosing { text += "connection: close\r\n" }
    output += Array((text + "\r\n").utf8)
    request?.response = Response(isChunked: !hasLength && !endStream)
    if endStream { endResponse() }
  }

  func submitData(_ stream: Int32, _ bytes: [UInt8], endStream: Bool) {
    guard let current = request, current.number == stream, let response = current.response else { return }
    if response.isChunked, !bytes.isEmpty {
      output += Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + [0x0D, 0x0A]
    } else {
      output += bytes
    }
    if endStream { submitTrailers(stream, []) }
  }

  func submitTrailers(_ stream: Int32, _ fields: [Field]) {
    guard let current = request, current.number == stream else { return }
    guard let response = current.response else {
      return submitHeaders(stream, fields, endStream: true)
    }
    if response.isChunked {
      output += Array(("0\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n").utf8)
    }
    endResponse()
  }

  private func endResponse() {
    guard let current = request else { return }
    // The rest of a request that was answered before its end would be taken for the next one.
    if !current.isComplete || parser.closes { isClosing = true }
    request = nil
    events.append(.closed(current.number))
    if isClosing {
      isFinished = true
    } else {
      read()
    }
  }

  /// HTTP/1.1 has no other way to end a request than the connection's end.
  func submitReset(_ stream: Int32, _ code: UInt32) {
    isClosing = true
    isFinished = true
  }

  /// The connection ends, after the response in progress if that is covered.
  func submitGoAway(lastStream: Int32, _ code: UInt32, debug: String) {
    isClosing = true
    if request.map({ $0.number > lastStream }) ?? true { isFinished = true }
  }

  /// HTTP/1.1 has no settings.
  func submitSettings(_ settings: [UInt16: UInt32]) {}

  /// HTTP/1.1 has no PING, so it is as good as acknowledged.
  func submitPing() { events.append(.pingAcknowledged) }

  func collectOutput(into output: inout [UInt8]) -> Bool {
    output += self.output
    self.output = []
    return true
  }

  static func phrase(_ status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 200..<300: "OK"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 507: "Insufficient Storage"
    default: "Status"
    }
  }
}

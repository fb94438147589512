internal import OTLPExport
internal import OTLPHTTP
internal import OTLPTesting
internal import OTLPWire

/// Messages of OTLP over HTTP.
enum HTTPMessages {
  private static let limit = 1 << 20

  /// Reads a response: the lines of its head up to an empty one, then the body.
  static func response(_ bytes: [UInt8]) {
    var response = HTTPResponse(status: 0)
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = Array(rest[..<end])
      rest = rest[(end + 1)...]
      if line.isEmpty { break }
      line.withUnsafeBytes { response.read(line: $0) }
    }
    // libcurl reads the status itself.
    response.status = 100 + Int(rest.first ?? 100) * 2
    response.body = Array(rest.dropFirst())
    for signal in [OTLPSignal.traces, .logs, .metrics] { check(response, signal) }
  }

  private static func check(_ response: HTTPResponse, _ signal: OTLPSignal) {
    let isSuccess = (200..<300).contains(response.status)
    switch HTTPResponseReader.read(response, signal, limit: limit) {
    case .success: rule(isSuccess, "a success of status \(response.status)")
    case .failure(let failure):
      expectOneLine(failure.text)
      rule(!isSuccess || failure.meaning == .drop, "\(failure) of status \(response.status)")
      rule(failure.message.utf8.count < 4000, "a message of \(failure.message.utf8.count) bytes")
      if let pause = failure.requestedPause { rule(pause <= .seconds(3600), "a pause of \(pause)") }
    }
  }

  /// Reads requests, whole and in pieces: the same ones.
  static func requests(_ bytes: [UInt8]) {
    let whole = events(bytes, pieces: max(1, bytes.count))
    rule(events(bytes, pieces: 7) == whole, "pieces give other requests than \(whole)")
    rule(whole.utf8.count <= 200 * (bytes.count + 1), "\(whole.utf8.count) bytes of \(bytes.count)")
  }

  private static func events(_ bytes: [UInt8], pieces: Int) -> String {
    var parser = HTTP1RequestParser(maxBodyBytes: 1000)
    var (text, body) = ("", 0)
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      bytes[start..<min(bytes.count, start + pieces)].withUnsafeBytes { parser.append($0) }
      do throws(HTTP1RequestParser.Failure) {
        while let event = try parser.next() {
          switch event {
          case .head(let fields): text += fields.map { "\($0.name): \($0.value)\n" }.joined()
          case .body(let bytes): body += bytes.count
          case .end:
            text += "end \(body)\n"
            body = 0
          }
          rule(body <= 1000, "a body of \(body) bytes")
        }
      } catch {
        return text + "\(error.status)"
      }
    }
    return text
  }
}

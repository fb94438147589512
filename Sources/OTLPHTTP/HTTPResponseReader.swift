internal import HTTP2Transport
package import OTLPExport
package import OTLPWire
internal import TelemetryCore
package import TelemetrySDK

/// Reads a server's response (RULES 3.2). Pure.
package enum HTTPResponseReader {
  /// The content of a response in a form that OTLP defines.
  private enum Content {
    case protobuf([UInt8])
    /// Another content, with its description.
    case odd(String)
  }

  /// - Parameters:
  ///   - limit: The most bytes of a body, before and after inflation.
  ///   - type: The messages of the request's signal: its response.
  package static func read(
    _ response: HTTPResponse, _ signal: OTLPSignal, limit: Int
  ) -> Result<ExportResponse, AttemptFailure> {
    let body: [UInt8]
    switch inflated(response, limit: limit) {
    case .success(let bytes): body = bytes
    case .failure(.tooLarge): return .failure(tooLarge(limit))
    case .failure(.damaged):
      guard (200..<300).contains(response.status) else { return .failure(failure(response, [])) }
      return .success(notice(response, "a body that can't be inflated"))
    }
    guard (200..<300).contains(response.status) else { return .failure(failure(response, body)) }
    if body.isEmpty { return .success(ExportResponse()) }  // trap 27
    switch content(response, body, signal.responseType) {
    case .odd(let description): return .success(notice(response, description))
    case .protobuf(let message):
      guard let read = try? ExportResponse(protobuf: message) else {
        return .success(notice(response, "a body that is no OTLP response"))
      }
      return .success(read)
    }
  }

  /// The failure of a response that exceeds the limit (3.2.1).
  package static func tooLarge(_ limit: Int) -> AttemptFailure {
    AttemptFailure(
      .drop, status: "RESOURCE_EXHAUSTED", message: "the response is larger than \(limit) bytes",
      origin: .protocolViolation, fate: .processed)
  }

  private static func inflated(_ response: HTTPResponse, limit: Int) -> Result<[UInt8], GzipError> {
    guard response.body.count <= limit else { return .failure(.tooLarge) }
    switch response.fields[.contentEncoding, default: ""].lowercased() {
    case "", "identity": return .success(response.body)
    case "gzip", "x-gzip":
      if response.body.isEmpty { return .success([]) }
      do throws(GzipError) {
        return .success(try Gzip.inflate(response.body, limit: limit))
      } catch {
        return .failure(error)
      }
    default: return .failure(.damaged)
    }
  }

  private static func content(_ response: HTTPResponse, _ body: [UInt8], _ type: MessageType) -> Content {
    switch response.mediaType {
    case "application/x-protobuf", "application/protobuf": return .protobuf(body)
    case "application/json":
      guard let message = try? OTLPJSON.protobuf(of: body, as: type) else { return .odd("a body that is no OTLP JSON") }
      return .protobuf(message)
    case "": return .odd("a body without content-type")
    case let other: return .odd("a body of the type \(other.sanitized(limit: 60))")
    }
  }

  /// An accepted request whose response says nothing that can be read: a success, with a notice.
  private static func notice(_ response: HTTPResponse, _ description: String) -> ExportResponse {
    ExportResponse(errorMessage: "HTTP status \(response.status) with \(description)")
  }

  // MARK: Failures

  private static func failure(_ response: HTTPResponse, _ body: [UInt8]) -> AttemptFailure {
    let status = response.status
    let phrase = HTTPFailureMeaning.phrase(of: status)
    var message = "HTTP status \(status)" + (phrase.isEmpty ? "" : " (\(phrase))")
    if (300..<400).contains(status) { message += redirection(response) }
    let reason = reason(response, body)
    if !reason.isEmpty, !repeats(reason, status, phrase) { message += ": " + reason }
    var pushback = ServerPushback.none
    if HTTPFailureMeaning.permitsRetry(status),
      let pause = response.fields[.retryAfter].flatMap({ RetryAfter.pause($0, date: response.fields[.date]) })
    {
      pushback = .retry(after: pause)
    }
    return AttemptFailure(
      HTTPFailureMeaning.meaning(of: status), status: OTLPTransport.statusPrefix + "\(status)",
      message: message.sanitized(limit: 500), origin: .server, fate: HTTPFailureMeaning.fate(of: status),
      pushback: pushback)
  }

  /// True if a text says no more than the status, as Go's "404 page not found".
  private static func repeats(_ reason: String, _ status: Int, _ phrase: String) -> Bool {
    let words = ["\(status)", "\(status) page not found", phrase, "\(status) \(phrase)", "\(status): \(phrase)"]
    return words.contains { $0.lowercased() == reason.lowercased() }
  }

  private static func redirection(_ response: HTTPResponse) -> String {
    let place = response.fields[.location].map { " to \(Redaction.withoutCredentials($0).sanitized(limit: 200))" } ?? ""
    return ", a redirection\(place), which isn't followed: the endpoint must name the server itself"
  }

  /// The server's reason: the message of a `google.rpc.Status`, or a plain text (3.2.4).
  private static func reason(_ response: HTTPResponse, _ body: [UInt8]) -> String {
    if body.isEmpty { return "" }
    switch content(response, body, .rpcStatus) {
    case .protobuf(let message):
      guard let status = try? RPCStatus(protobuf: message) else { return "" }
      let violations = status.fieldViolations.isEmpty ? "" : " (\(status.fieldViolations.joined(separator: "; ")))"
      return status.message + violations
    case .odd:
      guard response.mediaType == "text/plain" else { return "" }
      return String(String(decoding: body.prefix(300), as: UTF8.self).trimmed)
    }
  }
}

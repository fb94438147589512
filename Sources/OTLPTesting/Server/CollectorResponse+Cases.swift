internal import OTLPExport
internal import OTLPWire
internal import TelemetryCore

extension LoopbackCollector.Response {
  /// A field, for short.
  public typealias Field = LoopbackCollector.Field

  private static let headers: [Field] = [.init(":status", "200"), .init("content-type", "application/grpc")]

  /// gRPC's prefix for an uncompressed message, and the message.
  private static func framed(_ message: [UInt8]) -> [UInt8] {
    let count = UInt32(clamping: message.count)
    return [0, UInt8(count >> 24), UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)] + message
  }

  private static func answer(_ message: [UInt8]) -> [Step] {
    [.headers(headers), .data(framed(message)), .trailers([.init("grpc-status", "0")])]
  }

  /// Accepts the spans and says so.
  public static var success: Self { .steps([.accept] + answer([])) }

  /// Accepts the request, and says that some of its spans were rejected, or a word of warning with none.
  ///
  /// The collector does what it says: the last `rejected` spans of the request are neither counted nor kept. A number
  /// that can't be true is said as it is; below 0 none is rejected, above the request's spans all are.
  public static func partialSuccess(rejected: Int64, message: String = "") -> Self {
    .steps([.accept] + answer(CollectorMessages.partialSuccess(rejected: rejected, message: message)))
  }

  /// Refuses the request with a status.
  /// - Parameters:
  ///   - code: The status; the spans are not counted as accepted.
  ///   - message: The status message.
  ///   - retryDelay: Adds `google.rpc.RetryInfo` with this delay to the status details.
  ///   - pushback: The trailer `grpc-retry-pushback-ms`.
  ///   - afterHeaders: Sends response headers first and the status in trailers; else all in one block (Trailers-Only).
  public static func status(
    _ code: LoopbackCollector.StatusCode, message: String = "", retryDelay: Duration? = nil, pushback: String? = nil,
    afterHeaders: Bool = false
  ) -> Self {
    var fields = [Field("grpc-status", "\(code.rawValue)")]
    if !message.isEmpty { fields.append(Field("grpc-message", CollectorMessages.percentEncoded(message))) }
    if let pushback { fields.append(Field("grpc-retry-pushback-ms", pushback)) }
    if let retryDelay {
      let status = RPCStatus(
        code: Int32(clamping: code.rawValue), message: message, retryInfo: .init(delay: retryDelay))
      fields.append(Field("grpc-status-details-bin", CollectorMessages.base64(status.protobuf)))
    }
    return afterHeaders
      ? .steps([.headers(headers), .trailers(fields)]) : .steps([.headers(headers + fields, endStream: true)])
  }

  /// Reads the request and never answers.
  public static var silence: Self { .steps([]) }

  /// RST_STREAM instead of an answer.
  public static func reset(_ code: LoopbackCollector.ErrorCode, at start: Start = .request) -> Self {
    .steps(at: start, [.reset(code)])
  }

  /// Response headers, then RST_STREAM.
  public static func resetAfterHeaders(_ code: LoopbackCollector.ErrorCode) -> Self {
    .steps([.headers(headers), .reset(code)])
  }

  /// Response headers and message, then RST_STREAM in place of the trailers.
  public static func resetAfterData(_ code: LoopbackCollector.ErrorCode) -> Self {
    .steps([.headers(headers), .data(framed([])), .reset(code)])
  }

  /// GOAWAY; the request is answered if `lastStream` covers it.
  public static func goAway(
    _ code: LoopbackCollector.ErrorCode = .noError, lastStream: LoopbackCollector.LastStream = .current,
    debug: String = ""
  ) -> Self {
    let goAway = Step.goAway(code, lastStream: lastStream, debug: debug)
    switch lastStream {
    case .current, .all: return .steps([goAway, .accept] + answer([]))
    case .none, .beforeCurrent, .id: return .steps([goAway])
    }
  }

  /// Closes the connection instead of an answer. The spans are not counted as accepted.
  public static func closeConnection(at start: Start = .request) -> Self { .steps(at: start, [.abort]) }

  /// Accepts the spans, then closes the connection without an answer: sent again, they arrive twice.
  public static var acceptThenClose: Self { .steps([.accept, .abort]) }

  /// Reads nothing more from the connection, and answers nothing.
  public static func stopReading(at start: Start = .headers) -> Self { .steps(at: start, [.stopReading]) }

  /// An HTTP answer that is not gRPC's, such as a proxy's 502 with a page of HTML.
  public static func http(status: Int, contentType: String = "text/html", body: String = "") -> Self {
    let fields = [Field(":status", "\(status)"), Field("content-type", contentType)]
    guard !body.isEmpty else { return .steps([.headers(fields, endStream: true)]) }
    return .steps([.headers(fields), .data(Array(body.utf8), endStream: true)])
  }

  /// Any headers, message and trailers around the acceptance of the spans; for malformed answers.
  /// - Parameters:
  ///   - headers: Fields after `:status: 200`.
  ///   - body: The body as it is on the wire, gRPC's prefix included.
  ///   - trailers: The trailers; nil ends the stream with the body.
  public static func raw(
    headers: [Field] = [.init("content-type", "application/grpc")], body: [UInt8],
    trailers: [Field]? = [.init("grpc-status", "0")]
  ) -> Self {
    let first = Step.headers([Field(":status", "200")] + headers)
    guard let trailers else { return .steps([.accept, first, .data(body, endStream: true)]) }
    return .steps([.accept, first, .data(body), .trailers(trailers)])
  }

  /// Accepts the spans and answers with a small compressed message that inflates to so many bytes, at most 1 GiB.
  public static func gzipBomb(inflatesTo count: Int) -> Self {
    let packed = Gzip.compress([UInt8](repeating: 0, count: min(max(0, count), 1 << 30)))
    return .raw(
      headers: [.init("content-type", "application/grpc"), .init("grpc-encoding", "gzip")],
      body: [1] + framed(packed).dropFirst())
  }

  /// A refusal that names the encodings that would be accepted (5.1.16).
  static func unknownEncoding(_ message: String, accepted: String) -> Self {
    .steps([
      .headers(
        headers + [
          .init("grpc-status", "12"), .init("grpc-message", CollectorMessages.percentEncoded(message)),
          .init("grpc-accept-encoding", accepted),
        ], endStream: true)
    ])
  }
}

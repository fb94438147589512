internal import OTLPExport
internal import OTLPWire
internal import TelemetryCore

extension LoopbackCollector.Response {
  /// A header or trailer field.
  public typealias Field = LoopbackCollector.Field

  private static let headers: [Field] = [.init(":status", "200"), .init("content-type", "application/grpc")]

  /// An uncompressed message after its gRPC prefix.
  private static func framed(_ message: [UInt8]) -> [UInt8] {
    [0] + HTTP2Frame.bigEndian(UInt32(clamping: message.count)) + message
  }

  private static func answer(_ message: [UInt8]) -> [Step] {
    [.headers(headers), .data(framed(message)), .trailers([.init("grpc-status", "0")])]
  }

  /// Accepts the items and responds with success.
  public static var success: Self { .steps([.accept] + answer([])) }

  /// Accepts the request with a partial success: some items (spans, log records or data points) are
  /// rejected, or none with a warning.
  ///
  /// The last `rejected` items of the request are neither counted nor kept. An impossible number is sent unchanged: below
  /// 0 it rejects none, above their number it rejects all.
  public static func partialSuccess(rejected: Int64, message: String = "") -> Self {
    let response = ExportResponse(rejectedItems: rejected, errorMessage: message)
    // An empty `partial_success` is sent too (1.3.3).
    return .steps([.accept] + answer(response.hasPartialSuccess ? response.protobuf : [0x0A, 0]))
  }

  /// Fails the request with a status. Its items are not accepted.
  /// - Parameters:
  ///   - code: The status code.
  ///   - message: The status message.
  ///   - retryDelay: Adds `google.rpc.RetryInfo` with this delay to the status details.
  ///   - pushback: The trailer `grpc-retry-pushback-ms`.
  ///   - afterHeaders: If true, sends response headers and then the status in trailers. If false, sends one header block
  ///     (Trailers-Only).
  public static func status(
    _ code: LoopbackCollector.StatusCode, message: String = "", retryDelay: Duration? = nil, pushback: String? = nil,
    afterHeaders: Bool = false
  ) -> Self {
    var fields = [Field("grpc-status", "\(code.rawValue)")]
    if !message.isEmpty { fields.append(Field("grpc-message", percentEncoded(message))) }
    if let pushback { fields.append(Field("grpc-retry-pushback-ms", pushback)) }
    if let retryDelay {
      let status = RPCStatus(
        code: Int32(clamping: code.rawValue), message: message, retryInfo: .init(delay: retryDelay))
      fields.append(Field("grpc-status-details-bin", base64(status.protobuf)))
    }
    return afterHeaders
      ? .steps([.headers(headers), .trailers(fields)]) : .steps([.headers(headers + fields, endStream: true)])
  }

  /// Reads the request and never responds.
  public static var silence: Self { .steps([]) }

  /// RST_STREAM instead of a response.
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

  /// GOAWAY, and then a success if `lastStream` covers the request.
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

  /// Closes the connection instead of a response. The spans are not accepted.
  public static func closeConnection(at start: Start = .request) -> Self { .steps(at: start, [.abort]) }

  /// Accepts the spans, then closes the connection without a response. If the client retries, the spans arrive twice.
  public static var acceptThenClose: Self { .steps([.accept, .abort]) }

  /// Stops reading from the connection, without a response.
  public static func stopReading(at start: Start = .headers) -> Self { .steps(at: start, [.stopReading]) }

  /// An HTTP response that is not gRPC's, such as a proxy's 502 with a page of HTML.
  public static func http(status: Int, contentType: String = "text/html", body: String = "") -> Self {
    let fields = [Field(":status", "\(status)"), Field("content-type", contentType)]
    guard !body.isEmpty else { return .steps([.headers(fields, endStream: true)]) }
    return .steps([.headers(fields), .data(Array(body.utf8), endStream: true)])
  }

  /// Accepts the spans and sends any headers, body and trailers, for malformed responses.
  /// - Parameters:
  ///   - headers: Fields after `:status: 200`.
  ///   - body: The body on the wire, with gRPC's five-byte prefix.
  ///   - trailers: The trailers, or nil to end the stream with the body.
  public static func raw(
    headers: [Field] = [.init("content-type", "application/grpc")], body: [UInt8],
    trailers: [Field]? = [.init("grpc-status", "0")]
  ) -> Self {
    let first = Step.headers([Field(":status", "200")] + headers)
    guard let trailers else { return .steps([.accept, first, .data(body, endStream: true)]) }
    return .steps([.accept, first, .data(body), .trailers(trailers)])
  }

  /// Accepts the items and responds with a small compressed message that inflates to `count` bytes, at most 1 GiB.
  public static func gzipBomb(inflatesTo count: Int) -> Self {
    let packed = Gzip.compress([UInt8](repeating: 0, count: min(max(0, count), 1 << 30)))
    return .raw(
      headers: [.init("content-type", "application/grpc"), .init("grpc-encoding", "gzip")],
      body: [1] + framed(packed).dropFirst())
  }

  /// UNIMPLEMENTED for a message encoding, with the accepted encodings (5.1.16).
  static func unknownEncoding(_ message: String, accepted: String) -> Self {
    .steps([
      .headers(
        headers + [
          .init("grpc-status", "12"), .init("grpc-message", percentEncoded(message)),
          .init("grpc-accept-encoding", accepted),
        ], endStream: true)
    ])
  }

  /// Encodes a `grpc-message` (5.2.7).
  private static func percentEncoded(_ text: String) -> String {
    PercentEncoding.encode(text, keeping: \.isPrintableASCII)
  }

  /// Encodes binary metadata without padding (5.1.8).
  private static func base64(_ bytes: [UInt8]) -> String {
    String(Base64.text(of: bytes).prefix { $0 != "=" })
  }

  /// The number of the request's items that the message of this response rejects (1.3.1, 1.3.7).
  func rejectedItems(of count: Int) -> Int {
    for case .data(let bytes, _) in steps {
      // The prefix alone is an empty message, which rejects nothing.
      guard bytes.count > 5, bytes[0] == 0, let message = try? ExportResponse(protobuf: Array(bytes.dropFirst(5)))
      else { return 0 }
      return Int(min(max(message.rejectedItems, 0), Int64(count)))
    }
    return 0
  }

  /// True if the response accepts the request's items.
  package var accepts: Bool { steps.contains(.accept) }
}

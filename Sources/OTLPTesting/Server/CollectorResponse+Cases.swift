extension LoopbackCollector.Response {
  private typealias Field = LoopbackCollector.Field

  /// Accepts the spans and says so.
  public static var success: Self { fatalError("to come") }

  /// Accepts the request, and says that some of its spans were rejected, or a word of warning with none.
  public static func partialSuccess(rejected: Int64, message: String = "") -> Self { fatalError("to come") }

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
  ) -> Self { fatalError("to come") }

  /// Reads the request and never answers.
  public static var silence: Self { fatalError("to come") }

  /// RST_STREAM instead of an answer.
  public static func reset(_ code: LoopbackCollector.ErrorCode, at start: Start = .request) -> Self {
    fatalError("to come")
  }

  /// Response headers, then RST_STREAM.
  public static func resetAfterHeaders(_ code: LoopbackCollector.ErrorCode) -> Self { fatalError("to come") }

  /// Response headers and message, then RST_STREAM in place of the trailers.
  public static func resetAfterData(_ code: LoopbackCollector.ErrorCode) -> Self { fatalError("to come") }

  /// GOAWAY; the request is answered if `lastStream` covers it.
  public static func goAway(
    _ code: LoopbackCollector.ErrorCode = .noError, lastStream: LoopbackCollector.LastStream = .current,
    debug: String = ""
  ) -> Self { fatalError("to come") }

  /// Closes the connection instead of an answer. The spans are not counted as accepted.
  public static func closeConnection(at start: Start = .request) -> Self { fatalError("to come") }

  /// Accepts the spans, then closes the connection without an answer: sent again, they arrive twice.
  public static var acceptThenClose: Self { fatalError("to come") }

  /// Reads nothing more from the connection, and answers nothing.
  public static func stopReading(at start: Start = .headers) -> Self { fatalError("to come") }

  /// An HTTP answer that is not gRPC's, such as a proxy's 502 with a page of HTML.
  public static func http(status: Int, contentType: String = "text/html", body: String = "") -> Self {
    fatalError("to come")
  }

  /// Any headers, message and trailers around the acceptance of the spans; for malformed answers.
  /// - Parameters:
  ///   - headers: Fields after `:status: 200`.
  ///   - body: The body as it is on the wire, gRPC's prefix included.
  ///   - trailers: The trailers; nil ends the stream with the body.
  public static func raw(
    headers: [LoopbackCollector.Field] = [.init("content-type", "application/grpc")], body: [UInt8],
    trailers: [LoopbackCollector.Field]? = [.init("grpc-status", "0")]
  ) -> Self { fatalError("to come") }
}

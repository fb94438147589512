internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// Makes an OTLP/HTTP response of one that is written as gRPC's. Steps that aren't gRPC's stay as they are.
struct HTTPResponseTranslation {
  typealias Step = LoopbackCollector.Response.Step
  typealias Field = LoopbackCollector.Field

  let isJSON: Bool
  let signal: OTLPSignal
  /// The response headers of gRPC came, and what followed is kept until the status.
  private var isOpen = false
  private var message: [UInt8] = []
  private var isCompressed = false

  init(isJSON: Bool, signal: OTLPSignal) {
    self.isJSON = isJSON
    self.signal = signal
  }

  mutating func steps(_ steps: [Step]) -> [Step] {
    steps.flatMap { translate($0) }
  }

  private mutating func translate(_ step: Step) -> [Step] {
    switch step {
    case .headers(let fields, let endStream):
      guard Self.value("content-type", fields)?.hasPrefix("application/grpc") == true else { return [step] }
      guard !endStream else { return end(fields) }
      isOpen = true
      return []
    case .data(let bytes, let endStream) where isOpen:
      isCompressed = bytes.first == 1
      message = Array(bytes.dropFirst(5))
      return endStream ? end([]) : []
    case .trailers(let fields) where isOpen: return end(fields)
    case .reset, .close, .abort, .stopReading:
      guard isOpen else { return [step] }
      isOpen = false
      let started: [Step] = [.headers([Field(":status", "200"), Field("content-type", type)]), .data(message)]
      return started + [step]
    default: return [step]
    }
  }

  private var type: String { isJSON ? "application/json" : "application/x-protobuf" }

  private mutating func end(_ fields: [Field]) -> [Step] {
    isOpen = false
    let code = Self.value("grpc-status", fields).flatMap { Int($0) } ?? 2
    guard code != 0 else { return answer(200, body(message, signal.responseType), isGzip: isCompressed) }
    var status = Self.value("grpc-status-details-bin", fields)
      .flatMap { Base64.decode($0.utf8) }.flatMap { try? RPCStatus(protobuf: $0) }
    let text = Self.value("grpc-message", fields).map {
      String(decoding: PercentEncoding.bytes($0[...]) ?? [], as: UTF8.self)
    }
    status = status ?? RPCStatus(code: Int32(clamping: code), message: text ?? "")
    let pushback = Self.value("grpc-retry-pushback-ms", fields).flatMap { Int($0) }.map { Duration.milliseconds($0) }
    return failure(
      Self.httpStatus(code, hasRetryInfo: status?.retryInfo != nil, text ?? ""), status ?? RPCStatus(code: 2),
      pause: status?.retryInfo?.delay ?? pushback)
  }

  /// A failure with a `google.rpc.Status` in the request's encoding (3.2.4).
  func failure(_ status: Int, _ content: RPCStatus, pause: Duration? = nil) -> [Step] {
    // Whole seconds, not less than the pause.
    let seconds = pause.map(\.clampedNanoseconds).map { $0 / 1_000_000_000 + ($0 % 1_000_000_000 > 0 ? 1 : 0) }
    var more = seconds.map { [Field("retry-after", "\($0)")] } ?? []
    if status == 405 { more.append(Field("allow", "POST")) }  // RFC 9110 section 15.5.6
    return answer(status, body(content.protobuf, .rpcStatus), more)
  }

  private func answer(_ status: Int, _ body: [UInt8], _ more: [Field] = [], isGzip: Bool = false) -> [Step] {
    var fields = [Field(":status", "\(status)"), Field("content-type", type)] + more
    if isGzip { fields.append(Field("content-encoding", "gzip")) }
    fields.append(Field("content-length", "\(body.count)"))
    return body.isEmpty ? [.headers(fields, endStream: true)] : [.headers(fields), .data(body, endStream: true)]
  }

  private func body(_ message: [UInt8], _ type: MessageType) -> [UInt8] {
    guard isJSON, !isCompressed else { return message }
    return (try? OTLPJSON.json(of: BufferSlice(message), as: type).array) ?? message
  }

  private static func value(_ name: String, _ fields: [Field]) -> String? { fields.first { $0.name == name }?.value }

  /// The HTTP status with the consequences of a gRPC status (1.4, 3.2.5).
  private static func httpStatus(_ code: Int, hasRetryInfo: Bool, _ message: String) -> Int {
    switch code {
    case 1, 10, 11, 14, 15: 503
    case 4: 504
    case 8: hasRetryInfo ? 429 : message.contains("larger than") ? 413 : 507
    case 3: 400
    case 16: 401
    case 7: 403
    case 5: 404
    case 12: 501
    default: 500
    }
  }
}

internal import HTTP2Transport

/// The header fields of each call, prepared once for each method, encoding and host where possible.
///
/// A struct with one entry point: exclusive access is checked once for each call.
struct RequestHeaders {
  private struct Prepared {
    let path: String
    let encoding: GRPCEncoding
    let host: Int
    let block: HeaderBlock
    /// The time that was left for the last call.
    var milliseconds: Int64 = 0
    /// The same fields with that time in `grpc-timeout`, from its second use on: most calls have the same time, and
    /// HPACK sends an indexed value as one byte.
    var timed: HeaderBlock?
  }

  // More methods than a channel calls, unless the caller generates paths.
  private static let limit = 16
  // 290 years in nanoseconds: rounding up doesn't overflow.
  private static let longest = Int64.max - 100_000_000_000_000_000

  private let authorities: [String]
  private let isSecure: Bool
  private let userAgent: String
  private let acceptsGzip: Bool
  private let metadata: [HTTP2Field]
  private var prepared: [Prepared] = []

  /// - Parameters:
  ///   - authorities: The `:authority` of each host.
  ///   - metadata: Validated metadata that is sent with each call.
  init(authorities: [String], isSecure: Bool, userAgent: String, acceptsGzip: Bool, metadata: [HTTP2Field]) {
    self.authorities = authorities
    self.isSecure = isSecure
    self.userAgent = userAgent
    self.acceptsGzip = acceptsGzip
    self.metadata = metadata
  }

  /// - Parameter left: The time that is left for the call; nil for no limit.
  /// - Returns: The fields of a call, and the field `grpc-timeout` if the block lacks it.
  mutating func next(
    _ path: String, _ encoding: GRPCEncoding, host: Int, nanosecondsLeft left: Int64?
  ) -> (HeaderBlock, HTTP2Field?) {
    let index = index(path, encoding, host)
    guard let left else { return (prepared[index].block, nil) }
    // Above a second, equal values save more than fractions of milliseconds are worth.
    guard left > 1_000_000_000 else { return (prepared[index].block, RequestHeaders.timeout(left)) }
    let milliseconds = min(left - 1, RequestHeaders.longest) / 1_000_000 + 1
    if prepared[index].milliseconds == milliseconds {
      if let timed = prepared[index].timed { return (timed, nil) }
      let timed = block(path, encoding, host, timeout: milliseconds)
      prepared[index].timed = timed
      return (timed, nil)
    }
    prepared[index].milliseconds = milliseconds
    prepared[index].timed = nil
    return (prepared[index].block, RequestHeaders.timeout(milliseconds * 1_000_000))
  }

  private static func timeout(_ nanoseconds: Int64) -> HTTP2Field {
    HTTP2Field(name: "grpc-timeout", value: GRPCTimeout.value(nanoseconds: nanoseconds), neverIndexed: true)
  }

  private mutating func index(_ path: String, _ encoding: GRPCEncoding, _ host: Int) -> Int {
    for index in prepared.indices
    where prepared[index].encoding == encoding && prepared[index].host == host && prepared[index].path == path {
      return index
    }
    if prepared.count >= RequestHeaders.limit { prepared.removeFirst() }
    prepared.append(
      Prepared(path: path, encoding: encoding, host: host, block: block(path, encoding, host, timeout: nil)))
    return prepared.count - 1
  }

  private func block(
    _ path: String, _ encoding: GRPCEncoding, _ host: Int, timeout milliseconds: Int64?
  ) -> HeaderBlock {
    let timeout = milliseconds.map { GRPCTimeout.value(nanoseconds: $0 * 1_000_000) }
    return HeaderBlock(fields(path: path, encoding: encoding, host: host, timeout: timeout))
  }

  /// The fields in the order of RULES 5.1.1.
  /// - Parameter timeout: The `grpc-timeout`; nil if it is sent as a field of each call, or not at all.
  func fields(path: String, encoding: GRPCEncoding, host: Int = 0, timeout: String? = nil) -> [HTTP2Field] {
    var fields = [
      (":method", "POST"), (":scheme", isSecure ? "https" : "http"), (":path", path), (":authority", authorities[host]),
    ]
    if let timeout { fields.append(("grpc-timeout", timeout)) }
    fields += [("te", "trailers"), ("content-type", "application/grpc")]
    if encoding == .gzip { fields.append(("grpc-encoding", "gzip")) }
    // A server compresses only if this field permits it.
    if acceptsGzip { fields.append(("grpc-accept-encoding", "identity,gzip")) }
    fields.append(("user-agent", userAgent))
    return fields.map { HTTP2Field(name: $0, value: $1) } + metadata
  }
}

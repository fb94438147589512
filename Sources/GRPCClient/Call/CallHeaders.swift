internal import HTTP2Transport

/// The header fields of each call, made once for each method, encoding and host where possible.
///
/// A struct with one entry: the channel's access to it is checked once for each call.
struct CallHeaders {
  private struct Prepared {
    let path: String
    let encoding: GRPCEncoding
    let host: Int
    let block: HeaderBlock
    /// The time that was left for the latest call, in whole milliseconds.
    var milliseconds: Int64 = 0
    /// The same fields with that time in `grpc-timeout`, once it has come twice: most calls are given the same time,
    /// and HPACK sends a value that it knows as one byte.
    var timed: HeaderBlock?
  }

  // More methods than a channel ever calls; the bound is for a caller that makes up paths.
  private static let limit = 16
  // In nanoseconds: 290 years, so that rounding up doesn't overflow.
  private static let longest = Int64.max - 100_000_000_000_000_000

  private let hosts: [GRPCHeaders]
  private var prepared: [Prepared] = []

  /// - Parameter hosts: What the calls to each host have in common.
  init(hosts: [GRPCHeaders]) { self.hosts = hosts }

  /// The fields of a call, and its `grpc-timeout` where the block doesn't hold it.
  /// - Parameter left: The time that is left for the call; nil for no limit.
  mutating func next(
    _ path: String, _ encoding: GRPCEncoding, host: Int, nanosecondsLeft left: Int64?
  ) -> (HeaderBlock, HTTP2Field?) {
    let index = index(path, encoding, host)
    guard let left else { return (prepared[index].block, nil) }
    // Within a second every moment counts; beyond it equal values are worth more than fractions of milliseconds.
    guard left > 1_000_000_000 else { return (prepared[index].block, CallHeaders.timeout(left)) }
    let milliseconds = min(left - 1, CallHeaders.longest) / 1_000_000 + 1
    if prepared[index].milliseconds == milliseconds {
      if let timed = prepared[index].timed { return (timed, nil) }
      let timed = block(path, encoding, host, timeout: milliseconds)
      prepared[index].timed = timed
      return (timed, nil)
    }
    prepared[index].milliseconds = milliseconds
    prepared[index].timed = nil
    return (prepared[index].block, CallHeaders.timeout(milliseconds * 1_000_000))
  }

  private static func timeout(_ nanoseconds: Int64) -> HTTP2Field {
    HTTP2Field(name: "grpc-timeout", value: GRPCTimeout.value(nanoseconds: nanoseconds), neverIndexed: true)
  }

  private mutating func index(_ path: String, _ encoding: GRPCEncoding, _ host: Int) -> Int {
    for index in prepared.indices
    where prepared[index].encoding == encoding && prepared[index].host == host && prepared[index].path == path {
      return index
    }
    if prepared.count >= CallHeaders.limit { prepared.removeFirst() }
    prepared.append(
      Prepared(path: path, encoding: encoding, host: host, block: block(path, encoding, host, timeout: nil)))
    return prepared.count - 1
  }

  private func block(
    _ path: String, _ encoding: GRPCEncoding, _ host: Int, timeout milliseconds: Int64?
  ) -> HeaderBlock {
    let timeout = milliseconds.map { GRPCTimeout.value(nanoseconds: $0 * 1_000_000) }
    return HeaderBlock(hosts[host].fields(path: path, encoding: encoding, timeout: timeout))
  }
}

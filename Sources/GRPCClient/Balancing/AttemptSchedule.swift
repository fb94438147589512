internal import HTTP2Transport
internal import TelemetryCore

/// In which order, and when, the addresses of a name are tried (RFC 8305, "Happy Eyeballs"; 5.9.8): a new attempt
/// starts when the latest has failed, or has had 250 ms without success, beside which it then runs.
///
/// Where all are silent they are tried once more beside the attempts that run: an attempt that began while the server was
/// away may hear nothing for long after it has come back (a lost SYN is sent again after 1, 3, 7 and 15 s).
struct AttemptSchedule {
  enum Action: Hashable {
    /// Try the address of this index, beside those that are being tried.
    case start(Int)
    /// An attempt may end; or else come back at this instant.
    case wait(until: Deadline)
    /// No address is left and none is being tried.
    case exhausted
  }

  static let attemptDelay = Duration.milliseconds(250)
  /// From the first attempt of a round to that of the next.
  static let roundDelay = Duration.seconds(4)

  private let count: Int
  private let deadline: Deadline
  private let repeats: Bool
  private var next = 0
  private var running = 0
  private var nextStart = MonotonicInstant(nanoseconds: .min)
  private var nextRound = MonotonicInstant(nanoseconds: .min)

  /// - Parameters:
  ///   - deadline: No attempt starts at or after it.
  ///   - repeats: Whether silent addresses are tried again.
  init(count: Int, deadline: Deadline, repeats: Bool = false) {
    self.count = count
    self.deadline = deadline
    self.repeats = repeats
  }

  mutating func action(at now: MonotonicInstant) -> Action {
    if next == count, repeats, running > 0, now >= nextRound { next = 0 }
    let isLeft = next < count && !deadline.hasPassed(at: now)
    guard isLeft else {
      guard running > 0 else { return .exhausted }
      return .wait(until: repeats && Deadline(nextRound) < deadline ? Deadline(nextRound) : .never)
    }
    guard running == 0 || now >= nextStart else { return .wait(until: min(Deadline(nextStart), deadline)) }
    defer { next += 1 }
    running += 1
    nextStart = now + AttemptSchedule.attemptDelay
    if next == 0 { nextRound = now + AttemptSchedule.roundDelay }
    return .start(next)
  }

  /// An attempt gave no connection: the next needn't wait.
  mutating func failed(at now: MonotonicInstant) {
    running -= 1
    nextStart = min(nextStart, now)
  }

  /// The addresses with their families in turn, so that a family that doesn't work costs one delay; the resolver's
  /// order decides which is first, and holds within a family.
  static func interleaved(_ addresses: [SocketAddress]) -> [SocketAddress] {
    guard let first = addresses.first else { return [] }
    let one = addresses.filter { $0.isIPv6 == first.isIPv6 }
    let other = addresses.filter { $0.isIPv6 != first.isIPv6 }
    var result: [SocketAddress] = []
    for index in 0..<max(one.count, other.count) {
      if index < one.count { result.append(one[index]) }
      if index < other.count { result.append(other[index]) }
    }
    return result
  }
}

extension SocketAddress {
  fileprivate var isIPv6: Bool { if case .ipv6 = self { true } else { false } }
}

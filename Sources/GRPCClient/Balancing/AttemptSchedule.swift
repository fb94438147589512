internal import HTTP2Transport
internal import TelemetryCore

/// In which order, and when, the addresses of a name are tried (RFC 8305, "Happy Eyeballs"; 5.9.8): a new attempt
/// starts when the latest has failed, or has had 250 ms without success, beside which it then runs.
///
/// Attempts that get no answer at all are repeated beside the old ones: the kernel sends its next SYN after up to 15 s
/// more, and a server that was restarted knows nothing of a handshake that it was asked for before.
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
  /// How long after an address was tried first it is tried again beside attempts that run still.
  static let repeatDelay = Duration.seconds(4)
  // Each attempt holds a socket.
  private static let mostRounds = 5

  private let count: Int
  private let deadline: Deadline
  private var next = 0
  private var running = 0
  private var nextStart = MonotonicInstant(nanoseconds: .min)
  private var rounds = 0
  private var nextRound = MonotonicInstant(nanoseconds: .min)

  /// - Parameter deadline: No attempt starts at or after it.
  init(count: Int, deadline: Deadline) {
    self.count = count
    self.deadline = deadline
  }

  mutating func action(at now: MonotonicInstant) -> Action {
    if next == count, running > 0, rounds < AttemptSchedule.mostRounds, now >= nextRound { next = 0 }
    let isLeft = next < count && !deadline.hasPassed(at: now)
    guard isLeft else { return running > 0 ? .wait(until: repetition) : .exhausted }
    guard running == 0 || now >= nextStart else { return .wait(until: min(Deadline(nextStart), deadline)) }
    defer { next += 1 }
    if next == 0 {
      rounds += 1
      nextRound = now + AttemptSchedule.repeatDelay
    }
    running += 1
    nextStart = now + AttemptSchedule.attemptDelay
    return .start(next)
  }

  private var repetition: Deadline {
    let next = Deadline(nextRound)
    return rounds < AttemptSchedule.mostRounds && next < deadline ? next : .never
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

internal import HTTP2Transport
internal import TelemetryCore

/// Decides in which order, and when, the addresses of a name are tried (RFC 8305, "Happy Eyeballs"; RULES 5.9.8).
///
///             250 ms, or attemptFailed:
///             start the next address beside
///                   ┌────┐
///                   ▼    │    no address left           last attempt failed
///        start ───▶ trying ─────────────────▶ waiting ─────────────────────▶ exhausted
///                   ▲                            │
///                   └────────────────────────────┘
///                   4 s after the round's start, if `repeats`
///
/// A round repeats because an attempt that began while the server was away may stay silent for long after the server's
/// return: a lost SYN is sent again after 1, 3, 7 and 15 s.
struct HappyEyeballsStateMachine {
  enum Action: Hashable {
    /// Start an attempt at the address of this index, beside the others.
    case start(Int)
    /// Wait until an attempt ends, at most until this instant.
    case wait(until: Deadline)
    /// No address is left and no attempt is running.
    case exhausted
  }

  static let attemptDelay = Duration.milliseconds(250)
  /// The time from the first attempt of a round to the first attempt of the next one.
  static let roundDelay = Duration.seconds(4)

  private let count: Int
  private let deadline: Deadline
  private let repeats: Bool
  private var next = 0
  private var running = 0
  private var nextStart = MonotonicInstant.distantPast
  private var nextRound = MonotonicInstant.distantPast

  /// - Parameters:
  ///   - count: The number of addresses.
  ///   - deadline: No attempt starts at or after this instant.
  ///   - repeats: If true, silent addresses are tried again.
  init(count: Int, deadline: Deadline, repeats: Bool = false) {
    self.count = count
    self.deadline = deadline
    self.repeats = repeats
  }

  mutating func nextAction(at now: MonotonicInstant) -> Action {
    if next == count, repeats, running > 0, now >= nextRound { next = 0 }
    guard next < count, !deadline.hasPassed(at: now) else {
      guard running > 0 else { return .exhausted }
      return .wait(until: repeats && Deadline(nextRound) < deadline ? Deadline(nextRound) : .never)
    }
    guard running == 0 || now >= nextStart else { return .wait(until: min(Deadline(nextStart), deadline)) }
    defer { next += 1 }
    running += 1
    nextStart = now + HappyEyeballsStateMachine.attemptDelay
    if next == 0 { nextRound = now + HappyEyeballsStateMachine.roundDelay }
    return .start(next)
  }

  mutating func attemptFailed(at now: MonotonicInstant) {
    running -= 1
    nextStart = min(nextStart, now)
  }

  /// The addresses with the families alternating, so that a family that doesn't work costs one delay. The first family
  /// and the order within a family are the resolver's.
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

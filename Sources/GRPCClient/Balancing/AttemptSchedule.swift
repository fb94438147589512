internal import HTTP2Transport
internal import TelemetryCore

/// In which order, and when, the addresses of a name are tried (RFC 8305, "Happy Eyeballs"; 5.9.8): a new attempt
/// starts when the latest has failed, or has had 250 ms without success, beside which it then runs.
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

  private let count: Int
  private let deadline: Deadline
  private var next = 0
  private var running = 0
  private var nextStart = MonotonicInstant(nanoseconds: .min)

  /// - Parameter deadline: No attempt starts at or after it.
  init(count: Int, deadline: Deadline) {
    self.count = count
    self.deadline = deadline
  }

  mutating func action(at now: MonotonicInstant) -> Action {
    let isLeft = next < count && !deadline.hasPassed(at: now)
    guard isLeft else { return running > 0 ? .wait(until: .never) : .exhausted }
    guard running == 0 || now >= nextStart else { return .wait(until: min(Deadline(nextStart), deadline)) }
    defer { next += 1 }
    running += 1
    nextStart = now + AttemptSchedule.attemptDelay
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

import OTLPExport
import OTLPWire
import TelemetryCore
import Testing

extension AttemptFailure {
  static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]

  /// A server's answer.
  static func server(
    _ code: Int, _ message: String = "no", retryInfo: Duration?? = .none, pushback: Pushback = .none,
    acceptedEncodings: [String] = []
  ) -> AttemptFailure {
    let info: RPCStatus.RetryInfo? =
      switch retryInfo {
      case .none: nil
      case .some(let delay): RPCStatus.RetryInfo(delay: delay)
      }
    return AttemptFailure(
      code: code, status: names[min(code, 16)], message: message, origin: .server, fate: .processed,
      pushback: pushback, retryInfo: info, acceptedEncodings: acceptedEncodings)
  }

  static func transport(_ fate: Fate, code: Int = 14) -> AttemptFailure {
    AttemptFailure(code: code, status: names[code], message: "connection lost", origin: .transport, fate: fate)
  }

  static let connect = AttemptFailure(
    code: 14, status: "UNAVAILABLE", message: "refused", origin: .connect, fate: .neverProcessed)
  static let ownDeadline = AttemptFailure(
    code: 4, status: "DEADLINE_EXCEEDED", message: "no answer", origin: .deadline, fate: .unknown)
  static let ownCancel = AttemptFailure(
    code: 1, status: "CANCELLED", message: "stopped", origin: .cancelled, fate: .unknown)
}

/// Draws the same number each time, or a series.
enum TestGenerator: RandomNumberGenerator {
  case fixed(UInt64)
  case seeded(SeededRandom)

  static let lowest = TestGenerator.fixed(0)
  static let highest = TestGenerator.fixed(.max)
  static func seed(_ seed: Int) -> TestGenerator { .seeded(SeededRandom(seed: UInt64(seed))) }

  mutating func next() -> UInt64 {
    switch self {
    case .fixed(let value): return value
    case .seeded(var generator):
      defer { self = .seeded(generator) }
      return generator.next()
    }
  }
}

/// A machine with its clock.
struct RetryDriver {
  var machine: RetryMachine
  var random: TestGenerator
  var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
  var deadline: Deadline
  var request = RetryMachine.Request(messageBytes: 5_702_136, isCompressed: false)

  init(_ policy: OTLPRetryPolicy = OTLPRetryPolicy(), within: Duration = .seconds(30), random: TestGenerator) {
    machine = RetryMachine(policy)
    self.random = random
    deadline = Deadline(now + within)
  }

  /// What the machine says; a pause passes at once.
  mutating func fail(_ failure: AttemptFailure) -> RetryMachine.Action {
    let action = machine.next(after: failure, of: request, now: now, deadline: deadline, random: &random)
    if case .wait(let until) = action { now = until }
    return action
  }

  /// The pause that the machine asks for; nil if it asks for anything else.
  mutating func pause(_ failure: AttemptFailure) -> Duration? {
    let before = now
    guard case .wait(let until) = fail(failure) else { return nil }
    return until - before
  }
}

import OTLPExport
import TelemetryCore

/// Draws the same number each time, or a seeded series.
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

/// A retry state machine with its clock.
struct RetryDriver {
  var machine: RetryStateMachine
  var random: TestGenerator
  var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
  var deadline: Deadline
  var request = RetryStateMachine.Request(messageBytes: 5_702_136, isCompressed: false)

  init(_ policy: OTLPRetryPolicy = OTLPRetryPolicy(), within: Duration = .seconds(30), random: TestGenerator) {
    machine = RetryStateMachine(policy)
    self.random = random
    deadline = Deadline(now + within)
  }

  /// The machine's action after a failure. A pause passes at once.
  mutating func fail(_ failure: AttemptFailure) -> RetryStateMachine.Action {
    let action = machine.attemptFailed(failure, of: request, now: now, deadline: deadline, random: &random)
    if case .wait(let until) = action { now = until }
    return action
  }

  /// The pause after a failure; nil for any other action.
  mutating func pause(_ failure: AttemptFailure) -> Duration? {
    let before = now
    guard case .wait(let until) = fail(failure) else { return nil }
    return until - before
  }
}

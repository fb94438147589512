import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// Every state with every input.
@Suite(.ownThreads) struct CircuitBreakerTests {
  private var circuit = CircuitBreaker(OTLPRetryPolicy())
  private var random = TestGenerator.highest
  private var now = MonotonicInstant(nanoseconds: 1_000_000_000)
  private var calls = 0

  private mutating func begin() -> Int {
    calls += 1
    return calls
  }

  @discardableResult
  private mutating func fail(_ call: Int, after time: Duration = .zero) -> Bool {
    circuit.callFailed(call, since: now + (.zero - time), latest: calls, at: now, random: &random)
  }

  /// A call that begins and fails.
  @discardableResult
  private mutating func failNext() -> Bool {
    let call = begin()
    return fail(call)
  }

  /// The next call that may begin, which fails after a while.
  @discardableResult
  private mutating func failProbe(after time: Duration = .zero) -> Bool {
    if let instant = circuit.notBefore(at: now) { now = instant }
    let call = begin()
    now = now + time
    return fail(call, after: time)
  }

  /// Opens the circuit by five failures, with the longest possible pause.
  private mutating func open() {
    for _ in 0..<5 { failNext() }
  }

  /// The pause from now on.
  private var pause: Duration? { circuit.notBefore(at: now).map { $0 - now } }

  // MARK: Closed

  @Test mutating func theFifthConsecutiveFailureOpensTheCircuit() {
    for number in 1...5 {
      #expect(pause == nil && !circuit.isOpen)
      #expect(failNext() == (number == 5))
    }
    #expect(circuit.isOpen && pause == .nanoseconds(999_999_999))
  }

  @Test mutating func aSuccessResetsTheCount() {
    for _ in 0..<20 {
      for _ in 0..<4 { failNext() }
      _ = begin()
      let closed = circuit.callSucceeded()
      #expect(!closed)
    }
    #expect(circuit.state == .closed)
  }

  @Test mutating func callsThatFailTogetherHalveTheLimitOnce() {
    for round in 1...5 {
      let together = (0..<16).map { _ in begin() }
      for (index, call) in together.enumerated() { #expect(fail(call) == (round == 5 && index == 0)) }
    }
    #expect(circuit.isOpen)
  }

  @Test mutating func expediteChangesNothingWhileClosed() {
    for _ in 0..<4 { failNext() }
    circuit.expedite(at: now)
    #expect(circuit.state == .closed)
    #expect(failNext())
  }

  @Test mutating func withoutAThresholdTheCircuitStaysClosed() {
    circuit = CircuitBreaker(.never)
    for _ in 0..<100 { #expect(!failNext()) }
    #expect(pause == nil)
  }

  // MARK: Open

  @Test mutating func noCallBeginsBeforeThePauseEnds() throws {
    open()
    let pause = try #require(pause)
    now = now + pause + .nanoseconds(-1)
    #expect(circuit.notBefore(at: now) == now + .nanoseconds(1))
    now = now + .nanoseconds(1)
    #expect(circuit.notBefore(at: now) == nil && circuit.isOpen)
  }

  @Test mutating func lateFailuresDoNotExtendThePause() {
    let late = begin()
    open()
    let before = circuit.state
    #expect(!fail(late))
    #expect(circuit.state == before)
  }

  @Test mutating func aSuccessClosesTheCircuit() {
    open()
    failProbe()
    let closed = circuit.callSucceeded()
    #expect(closed && pause == nil)
    // From the start again.
    for number in 1...5 { #expect(failNext() == (number == 5)) }
    #expect(pause == .nanoseconds(999_999_999))
  }

  @Test mutating func expediteEndsThePause() {
    open()
    circuit.expedite(at: now)
    #expect(pause == nil && circuit.isOpen)
    // A pause that is over stays over.
    now = now + .seconds(60)
    let before = circuit.state
    circuit.expedite(at: now)
    #expect(circuit.state == before)
  }

  // MARK: Pauses

  @Test(arguments: [TestGenerator.lowest, .highest]) mutating func thePausesGrowToTheirLimit(random: TestGenerator) {
    self.random = random
    let isLowest = random.isLowest
    open()
    // The first may be none at all, so that a thousand clients don't come back together.
    #expect(isLowest ? pause == nil : pause == .nanoseconds(999_999_999))
    for limit in [1, 1.6, 2.56, 4, 4, 4] as [Double] {
      failProbe()
      let pause = pause ?? .zero
      let expected = Duration.seconds(isLowest ? limit / 2 : limit)
      #expect(pause <= expected && pause > expected - .microseconds(1), "\(limit)")
    }
  }

  @Test("a pause counts from the start of the call: after a long call without response the next one may begin at once")
  mutating func pausesCountFromTheBeginning() {
    open()
    for _ in 0..<5 { failProbe() }
    failProbe(after: .seconds(3))
    #expect((pause ?? .zero) <= .seconds(1))
    failProbe(after: .seconds(10))
    #expect(pause == nil && circuit.isOpen)
  }

  @Test mutating func noPauseExceedsThePolicysLimit() {
    var policy = OTLPRetryPolicy()
    policy.initialBackoff = .seconds(20)
    policy.maxCircuitPause = .seconds(3)
    policy.circuitThreshold = 1
    circuit = CircuitBreaker(policy)
    #expect(failNext())
    for _ in 0..<10 {
      #expect((pause ?? .zero) <= .seconds(3))
      failProbe()
    }
  }
}

extension TestGenerator {
  var isLowest: Bool {
    if case .fixed(0) = self { true } else { false }
  }
}

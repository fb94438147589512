import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// Every state with every input.
@Suite(.ownThreads) struct CircuitBreakerTests {
  private var circuit = CircuitBreaker(RetryPolicy())
  private var random = TestGenerator.highest
  private var now = MonotonicInstant(nanoseconds: 1_000_000_000)
  private var calls = 0

  private mutating func begin() -> Int {
    calls += 1
    circuit.began(calls)
    return calls
  }

  @discardableResult
  private mutating func fail(_ call: Int) -> Bool {
    circuit.failed(call, latest: calls, at: now, random: &random)
  }

  /// A call that begins and fails.
  @discardableResult
  private mutating func failNext() -> Bool {
    let call = begin()
    return fail(call)
  }

  @discardableResult
  private mutating func failProbe() -> Bool {
    let call = probe()
    return fail(call)
  }

  /// Opens it by five failures; a pause follows that just doesn't end at its limit.
  private mutating func open() {
    for _ in 0..<5 { failNext() }
  }

  private mutating func probe() -> Int {
    if case .wait(let end) = circuit.answer(at: now) { now = end }
    return begin()
  }

  /// The pause from now on.
  private var pause: Duration? {
    guard case .wait(let end) = circuit.answer(at: now) else { return nil }
    return end - now
  }

  // MARK: Closed

  @Test mutating func itOpensWithTheFifthFailureInARow() {
    for number in 1...5 {
      #expect(circuit.answer(at: now) == .pass)
      #expect(failNext() == (number == 5))
    }
    #expect(pause == .nanoseconds(999_999_999))
  }

  @Test mutating func aSuccessBetweenBeginsTheCountAnew() {
    for _ in 0..<20 {
      for _ in 0..<4 { failNext() }
      _ = begin()
      let closed = circuit.succeeded()
      #expect(!closed)
    }
    #expect(circuit.state == .closed)
  }

  @Test mutating func callsThatFailTogetherAreOneSign() {
    for round in 1...5 {
      let together = (0..<16).map { _ in begin() }
      for (index, call) in together.enumerated() { #expect(fail(call) == (round == 5 && index == 0)) }
    }
    #expect(circuit.state != .closed)
  }

  @Test mutating func whatSaysNothingChangesNothing() {
    for _ in 0..<4 { failNext() }
    let call = begin()
    circuit.learnedNothing(call, at: now)
    circuit.hurry(at: now)
    #expect(circuit.state == .closed)
    #expect(failNext())
  }

  @Test mutating func withoutAThresholdItStaysClosed() {
    circuit = CircuitBreaker(.never)
    for _ in 0..<100 { #expect(!failNext()) }
    #expect(circuit.answer(at: now) == .pass)
  }

  // MARK: Open

  @Test mutating func nobodyPassesBeforeItsTime() throws {
    open()
    let pause = try #require(pause)
    now = now + pause + .nanoseconds(-1)
    #expect(circuit.answer(at: now) == .wait(until: now + .nanoseconds(1)))
    now = now + .nanoseconds(1)
    #expect(circuit.answer(at: now) == .pass)
  }

  @Test mutating func lateFailuresDoNotExtendThePause() {
    let late = begin()
    open()
    let before = circuit.state
    #expect(!fail(late))
    circuit.learnedNothing(late, at: now)
    #expect(circuit.state == before)
  }

  @Test mutating func aLateSuccessClosesIt() {
    open()
    let closed = circuit.succeeded()
    #expect(closed)
    #expect(circuit.answer(at: now) == .pass)
  }

  @Test mutating func hurryEndsThePause() {
    open()
    circuit.hurry(at: now)
    #expect(circuit.answer(at: now) == .pass)
    let probe = begin()
    #expect(circuit.state == .probing(call: probe))
    // When it is over it stays over.
    fail(probe)
    now = now + .seconds(60)
    let before = circuit.state
    circuit.hurry(at: now)
    #expect(circuit.state == before)
  }

  // MARK: Probing

  @Test mutating func oneAtATime() {
    open()
    let probe = probe()
    #expect(circuit.answer(at: now + .seconds(3600)) == .waitForProbe)
    circuit.hurry(at: now)
    #expect(circuit.answer(at: now) == .waitForProbe)
    #expect(circuit.state == .probing(call: probe))
  }

  @Test mutating func aProbesSuccessClosesItAndItsFailureDoesNot() {
    open()
    #expect(!failProbe())
    #expect(pause != nil)
    _ = probe()
    let closed = circuit.succeeded()
    #expect(closed)
    #expect(circuit.state == .closed)
    // From the start again.
    for number in 1...5 { #expect(failNext() == (number == 5)) }
    #expect(pause == .nanoseconds(999_999_999))
  }

  @Test mutating func otherCallsFailuresAreNotTheProbes() {
    let late = begin()
    open()
    let probe = probe()
    #expect(!fail(late))
    circuit.learnedNothing(late, at: now)
    #expect(circuit.state == .probing(call: probe))
  }

  @Test mutating func aProbeThatShowsNothingGivesItsPlaceToTheNext() {
    open()
    let first = probe()
    circuit.learnedNothing(first, at: now)
    #expect(circuit.answer(at: now) == .pass)
    let next = begin()
    #expect(circuit.state == .probing(call: next))
  }

  // MARK: Pauses

  @Test(arguments: [TestGenerator.lowest, .highest]) mutating func thePausesGrowToTheirLimit(random: TestGenerator) {
    self.random = random
    let isLowest = random.isLowest
    open()
    // The first may be none at all, so that a thousand clients don't come back together.
    #expect(isLowest ? circuit.answer(at: now) == .pass : pause == .nanoseconds(999_999_999))
    for limit in [1, 1.6, 2.56, 4.096, 5, 5, 5] as [Double] {
      failProbe()
      let pause = pause ?? .zero
      let expected = Duration.seconds(isLowest ? limit / 2 : limit)
      #expect(pause <= expected && pause > expected - .microseconds(1), "\(limit)")
    }
  }

  @Test mutating func aPauseIsNeverLongerThanThePolicySays() {
    var policy = RetryPolicy()
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

import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// What holds a call back, alone and together.
@Suite(.ownThreads) struct DestinationTests {
  private var destination = Destination(RetryPolicy(), maximum: 16)
  private var random = TestGenerator.highest
  private var now = MonotonicInstant(nanoseconds: 1_000_000_000)

  private mutating func begin() -> Destination.Call { destination.begin(at: now) }

  @discardableResult
  private mutating func end(_ call: Destination.Call, _ evidence: Destination.Evidence) -> Destination.Change? {
    destination.end(call, evidence, at: now, random: &random)
  }

  /// A call that begins and ends.
  @discardableResult
  private mutating func endNext(_ evidence: Destination.Evidence) -> Destination.Change? {
    let call = begin()
    return end(call, evidence)
  }

  private var answer: Destination.Answer { destination.answer(at: now) }

  private mutating func open() {
    for _ in 0..<4 { endNext(.failed(noRoom: false)) }
    #expect(endNext(.failed(noRoom: false)) == .suspended)
  }

  @Test mutating func atFirstFourCallsGo() {
    for _ in 0..<4 {
      #expect(answer == .go)
      _ = begin()
    }
    #expect(answer == .waitForAnswer)
  }

  @Test mutating func answersBringMoreUpToTheMaximum() {
    var calls: [Destination.Call] = []
    for _ in 0..<100 {
      while answer == .go { calls.append(begin()) }
      now = now + .milliseconds(10)
      for call in calls { end(call, .accepted) }
      calls = []
    }
    #expect(destination.room == 16)
    while answer == .go { calls.append(begin()) }
    #expect(calls.count == 16)
  }

  @Test mutating func thePauseThatTheServerAskedForComesFirst() {  // 1.5.9
    destination.pause(for: .seconds(10), at: now)
    destination.pause(for: .seconds(3), at: now)
    #expect(answer == .wait(until: now + .seconds(10)))
    #expect(destination.pauseEnd(at: now) == now + .seconds(10))
    destination.hurry(at: now)
    #expect(answer == .wait(until: now + .seconds(10)))
    now = now + .seconds(10)
    #expect(answer == .go)
    #expect(destination.pauseEnd(at: now) == nil)
    destination.pause(for: .seconds(1 << 40), at: now)  // trap 28
    #expect(answer == .wait(until: now + Destination.longestPause))
  }

  @Test mutating func suspendedOnlyOneCallGoes() {
    let old = (0..<4).map { _ in begin() }
    for call in old { end(call, .nothing) }
    let silent = begin()
    open()
    #expect(destination.isSuspended)
    #expect(destination.room == 1)
    guard case .wait(let end) = answer else {
      Issue.record("it should wait")
      return
    }
    now = end
    #expect(answer == .go)  // although another call is open
    let probe = begin()
    #expect(answer == .waitForAnswer)
    #expect(self.end(probe, .accepted) == .resumed)
    #expect(!destination.isSuspended)
    // And then a few, not all at once.
    #expect(answer == .go)
    _ = begin()
    #expect(answer == .waitForAnswer)
    #expect(self.end(silent, .failed(noRoom: false)) == nil)
  }

  @Test mutating func thePauseHoldsTheProbeToo() {
    open()
    destination.pause(for: .seconds(30), at: now)
    destination.hurry(at: now)
    #expect(answer == .wait(until: now + .seconds(30)))
  }

  @Test mutating func anAnswerOfAnyKindShowsTheServerAlive() {
    for evidence in [Destination.Evidence.accepted, .answered] {
      destination = Destination(RetryPolicy(), maximum: 16)
      open()
      destination.hurry(at: now)
      #expect(endNext(evidence) == .resumed)
      #expect(endNext(evidence) == nil)
    }
  }

  @Test mutating func failuresInTurnsWithSuccessesAreBoundedByTokens() {
    // Four of five fail: the circuit never opens.
    var count = 0
    for number in 0... {
      if case .wait(let end) = answer { now = end }
      guard now < MonotonicInstant(nanoseconds: 61_000_000_000) else { break }
      count += 1
      endNext(number % 5 == 4 ? .accepted : .failed(noRoom: false))
    }
    #expect(!destination.isSuspended)
    // The first 20, 5 a second, and as many as succeed.
    #expect(count <= (20 + 300) * 5 / 3 + 5)
    #expect(count > 300)
  }

  @Test mutating func noRoomHalvesAndOtherFailuresDoNot() {
    endNext(.failed(noRoom: false))
    #expect(destination.room == 4)
    for _ in 0..<4 { _ = begin() }
    endNext(.failed(noRoom: true))
    #expect(answer == .waitForAnswer)
    // The processor keeps its few places: exports that only wait hold up nobody.
    #expect(destination.room == 4)
  }

  // MARK: Evidence

  @Test(arguments: 1...16) func codesOfTheServer(code: Int) {
    let evidence = Destination.Evidence(.server(code), after: .seconds(5), timeout: .seconds(10))
    switch code {
    case 8, 14: #expect(evidence == .failed(noRoom: true))
    case 1, 4, 10, 11, 15: #expect(evidence == .failed(noRoom: false))
    default: #expect(evidence == .answered)
    }
  }

  @Test func aMessagesSizeIsNoFailureOfTheServer() {
    for code in [8, 11] {
      let failure = AttemptFailure.server(code, "grpc: received message larger than max (10 vs. 4)")
      #expect(Destination.Evidence(failure, after: .zero, timeout: .zero) == .answered)
    }
  }

  @Test func whatNeverReachedTheServerSaysNothing() {
    var provider = AttemptFailure.connect
    provider.origin = .headerProvider
    for failure in [AttemptFailure.connect, .ownCancel, provider] {
      #expect(Destination.Evidence(failure, after: .seconds(10), timeout: .seconds(10)) == .nothing)
    }
    for fate in [AttemptFailure.Fate.neverProcessed, .unknown, .processed] {
      let evidence = Destination.Evidence(.transport(fate), after: .zero, timeout: .seconds(10))
      #expect(evidence == .failed(noRoom: false))
    }
  }

  @Test func silenceIsAFailureIfThereWasTimeForAnAnswer() {
    func evidence(_ time: Duration, _ timeout: Duration, isUnconnected: Bool = false) -> Destination.Evidence {
      var failure = AttemptFailure.ownDeadline
      failure.isUnconnected = isUnconnected
      return Destination.Evidence(failure, after: time, timeout: timeout)
    }
    #expect(evidence(.seconds(10), .seconds(10)) == .failed(noRoom: false))
    #expect(evidence(.seconds(1), .seconds(10)) == .failed(noRoom: false))
    #expect(evidence(.milliseconds(999), .seconds(10)) == .nothing)
    #expect(evidence(.milliseconds(200), .milliseconds(200)) == .failed(noRoom: false))
    #expect(evidence(.milliseconds(999), .zero) == .nothing)
    #expect(evidence(.seconds(10), .seconds(10), isUnconnected: true) == .nothing)
  }
}

import OTLPExport
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct DestinationTests {
  private var destination = Destination(OTLPRetryPolicy(), maximum: 16)
  private var random = TestGenerator.highest
  private var now = MonotonicInstant(nanoseconds: 1_000_000_000)

  private mutating func begin(_ export: Int = 1) -> Destination.Call { destination.begin(export: export, at: now) }

  @discardableResult
  private mutating func end(
    _ call: Destination.Call, _ evidence: Destination.Evidence, pause: Duration? = nil
  ) -> Destination.Change? {
    destination.callEnded(call, evidence, pause: pause, at: now, random: &random)
  }

  /// A call that begins and ends.
  @discardableResult
  private mutating func endNext(
    _ evidence: Destination.Evidence, _ export: Int = 1, pause: Duration? = nil
  ) -> Destination.Change? {
    let call = begin(export)
    return end(call, evidence, pause: pause)
  }

  private var decision: Destination.Decision { destination.decision(at: now) }
  private var room: Int { destination.room(at: now) }

  private mutating func suspend() {
    for export in 1...4 { endNext(.failed(isOverloaded: false), export) }
    #expect(endNext(.failed(isOverloaded: false), 5) == .suspended)
  }

  @Test mutating func theFirstFourCallsGo() {
    for _ in 0..<4 {
      #expect(decision == .go)
      _ = begin()
    }
    #expect(decision == .waitForOpenCalls && room == 4)
  }

  @Test mutating func quickResponsesRaiseTheLimitToTheMaximum() {
    var calls: [Destination.Call] = []
    for _ in 0..<100 {
      while decision == .go { calls.append(begin()) }
      now = now + .milliseconds(10)
      for call in calls { end(call, .accepted) }
      calls = []
    }
    #expect(room == 16)
    while decision == .go { calls.append(begin()) }
    #expect(calls.count == 16)
  }

  // MARK: Pauses

  @Test mutating func theRequestedPauseHoldsAllCalls() {  // 1.5.9
    random = .lowest
    let (first, second) = (begin(), begin())
    end(first, .failed(isOverloaded: true), pause: .seconds(10))
    end(second, .failed(isOverloaded: true), pause: .seconds(3))
    #expect(decision == .wait(until: now + .seconds(10)))
    #expect(destination.pauseEnd(at: now) == now + .seconds(10))
    destination.expedite(at: now)
    #expect(decision == .wait(until: now + .seconds(10)))
    now = now + .seconds(10)
    #expect(decision == .go)
    #expect(destination.pauseEnd(at: now) == nil)
    endNext(.failed(isOverloaded: true), pause: .seconds(1 << 40))  // trap 28
    #expect(decision == .wait(until: now + Destination.longestPause))
  }

  @Test(arguments: [0.1, 45, 600] as [Double]) mutating func jitterLengthensAPauseByASecondAtMost(seconds: Double) {
    let pause = Duration.seconds(seconds)
    endNext(.failed(isOverloaded: true), pause: pause)
    let end = destination.pauseEnd(at: now) ?? now
    #expect(end - now >= pause && end - now < pause + min(pause / 2, .seconds(1)))
  }

  @Test mutating func aRequestedPauseMeansDownWhateverTheStatus() {
    endNext(.answered, pause: .seconds(60))
    #expect(destination.isDown && room == 1)
    now = now + .seconds(61)
    #expect(decision == .go)
    endNext(.accepted)
    #expect(!destination.isDown && room == 4)
  }

  // MARK: Down

  @Test(arguments: [Destination.Evidence.failed(isOverloaded: false), .unconnected])
  mutating func whileDownOneCallGoesAndOneBatchLeavesTheQueue(evidence: Destination.Evidence) {
    endNext(evidence)
    #expect(destination.isDown && room == 1)
    #expect(decision == .go)
    let probe = begin()
    #expect(probe.isProbe)
    #expect(decision == .wait(until: now + .seconds(4)))
    now = now + .milliseconds(20)
    end(probe, .accepted)
    #expect(!destination.isDown && room == 4 && decision == .go)
  }

  @Test mutating func anotherCallMayBeginBesideACallWithoutResponse() {
    endNext(.failed(isOverloaded: false))
    for number in 1...4 {
      #expect(decision == .go && room == number)
      _ = begin()
      #expect(room == number)
      #expect(destination.roomChange(after: now) == now + .seconds(4))
      now = now + .seconds(4)
    }
    #expect(decision == .waitForOpenCalls && room == 4 && destination.roomChange(after: now) == nil)
  }

  @Test mutating func noEvidenceChangesNothing() {
    endNext(.nothing)
    #expect(!destination.isDown && room == 4)
    endNext(.failed(isOverloaded: false))
    endNext(.nothing)
    #expect(destination.isDown && room == 1)
  }

  @Test(
    "while some exports fail, others are admitted at growing intervals")
  mutating func turnsOfOtherExports() {
    for number in 1...3 {
      endNext(.failed(isOverloaded: false), 7)
      #expect(room == (number == 3 ? 2 : 1))
    }
    endNext(.failed(isOverloaded: false), 8)
    #expect(room == 2)
    // Each round adds an export that fails often enough for another turn.
    for (exports, times) in [(1, 3), (2, 6), (3, 12), (4, 24), (5, 48)] {
      endNext(.accepted, 9)
      for export in 1..<exports { for _ in 0..<times { endNext(.failed(isOverloaded: false), export) } }
      for _ in 0..<(times - 1) { endNext(.failed(isOverloaded: false), exports) }
      #expect(room == exports)
      endNext(.failed(isOverloaded: false), exports)
      #expect(room == exports + 1)
      destination.exportEnded(1)
      #expect(room == exports)
    }
    endNext(.accepted, 9)
    endNext(.failed(isOverloaded: false), 7)
    #expect(room == 1)
  }

  @Test mutating func withoutAConnectionNoExportIsAtFault() {
    for _ in 0..<1000 { endNext(.unconnected) }
    #expect(room == 1)
  }

  @Test mutating func callsArePacedWhileSuspended() {
    let silent = begin()
    suspend()
    #expect(destination.isSuspended)
    #expect(room == 1)
    guard case .wait(let end) = decision else {
      Issue.record("it should wait")
      return
    }
    #expect(end > now)
    now = silent.start + .seconds(4)
    #expect(decision == .go)  // although another call is open
    let probe = begin()
    #expect(decision == .wait(until: now + .seconds(4)))
    #expect(self.end(probe, .accepted) == .resumed)
    #expect(!destination.isSuspended)
    // And then a few, not all at once.
    #expect(decision == .go)
    _ = begin()
    #expect(decision == .waitForOpenCalls)
    #expect(self.end(silent, .failed(isOverloaded: false)) == nil)
  }

  @Test mutating func anyResponseClosesTheCircuit() {
    for evidence in [Destination.Evidence.accepted, .answered] {
      destination = Destination(OTLPRetryPolicy(), maximum: 16)
      suspend()
      #expect(endNext(evidence) == .resumed)
      #expect(endNext(evidence) == nil)
      #expect(!destination.isDown)
    }
  }

  @Test mutating func noRoomHalvesAndOtherFailuresDoNot() {
    endNext(.failed(isOverloaded: false))
    let calls = (0..<4).map { _ in begin() }
    end(calls[0], .answered)
    end(calls[1], .failed(isOverloaded: true))
    end(calls[2], .answered)
    #expect(decision == .go)
    _ = begin()
    #expect(decision == .waitForOpenCalls)
    // The room stays: exports that wait in the exporter delay no others.
    #expect(room == 4)
  }

  // MARK: Flush and shutdown

  @Test("a flush permits one more call at once, even beside a call without response and during the circuit's pause")
  mutating func expedite() {
    suspend()
    destination.expedite(at: now)
    #expect(decision == .go && room == 2)
    let silent = begin()
    #expect(room == 1)
    guard case .wait = decision else {
      Issue.record("a second call goes")
      return
    }
    destination.expedite(at: now)
    #expect(decision == .go && room == 2)
    let beside = begin()
    #expect(end(beside, .accepted) == .resumed)
    end(silent, .nothing)
    #expect(!destination.isDown)
  }

  @Test mutating func expediteChangesNothingWhileUp() {
    destination.expedite(at: now)
    for _ in 0..<4 { _ = begin() }
    #expect(decision == .waitForOpenCalls && room == 4)
  }

  // MARK: The export time

  @Test mutating func theExportTimeStandsStillWhileTheServerIsDown() {
    let allowance = destination.allowance(.seconds(30), at: now)
    let end = Deadline(now + .seconds(30))
    #expect(destination.deadline(allowance, at: now) == end)
    endNext(.unconnected)
    now = now + .seconds(1000)
    #expect(destination.deadline(allowance, at: now) == .never)
    endNext(.accepted)
    #expect(destination.deadline(allowance, at: now) == Deadline(end.instant + .seconds(1000)))
  }

  @Test("responses to other exports between two failures charge the allowance")
  mutating func responsesToOthersChargeTheAllowance() {
    var allowance = destination.allowance(.seconds(30), at: now)
    func left(_ test: Self) -> Duration { test.destination.deadline(allowance, at: test.now).remaining(at: test.now) }
    for round in 1...7 {
      let call = begin(7)
      end(call, .failed(isOverloaded: false))
      destination.charge(&allowance, for: call, at: now)
      // The first failure has no failure before.
      let isOver = round == 7
      #expect(destination.deadline(allowance, at: now) == (isOver ? Deadline(now) : .never))
      now = now + .seconds(5)
      endNext(.accepted, 8)
      #expect(left(self) == (isOver ? .zero : .seconds(30 - 5 * (round - 1))))
    }
  }

  @Test mutating func inAnOutageOfAllNothingIsCountedBeside() {
    var allowance = destination.allowance(.seconds(30), at: now)
    for _ in 0..<100 {
      let call = begin(7)
      now = now + .seconds(5)
      end(call, .failed(isOverloaded: false))
      destination.charge(&allowance, for: call, at: now)
    }
    // A call that began before the response has no evidence for a charge.
    let call = begin(7)
    endNext(.accepted, 8)
    end(call, .failed(isOverloaded: false))
    destination.charge(&allowance, for: call, at: now)
    endNext(.accepted, 8)
    #expect(destination.deadline(allowance, at: now) == Deadline(now + .seconds(30)))
  }

  // MARK: Evidence

  @Test(arguments: 1...16) func codesOfTheServer(code: Int) {
    let evidence = Destination.Evidence(.server(code), after: .seconds(5), timeout: .seconds(10))
    switch code {
    case 8, 14: #expect(evidence == .failed(isOverloaded: true))
    case 1, 4, 10, 11, 15: #expect(evidence == .failed(isOverloaded: false))
    default: #expect(evidence == .answered)
    }
  }

  @Test func aMessagesSizeIsNoFailureOfTheServer() {
    for code in [8, 11] {
      let failure = AttemptFailure.server(code, "grpc: received message larger than max (10 vs. 4)")
      #expect(Destination.Evidence(failure, after: .zero, timeout: .zero) == .answered)
    }
  }

  @Test func withoutAConnectionOrHeadersNothingCanBeSent() {
    func evidence(_ failure: AttemptFailure, after time: Duration = .seconds(10)) -> Destination.Evidence {
      Destination.Evidence(failure, after: time, timeout: .seconds(10))
    }
    #expect(evidence(.connect) == .unconnected)
    #expect(evidence(.ownCancel) == .nothing)
    var provider = AttemptFailure.connect
    provider.origin = .headerProvider(isLate: false)
    provider.isUnconnected = false
    #expect(evidence(provider, after: .zero) == .failed(isOverloaded: false))
    provider.origin = .headerProvider(isLate: true)
    #expect(evidence(provider) == .failed(isOverloaded: false))
    #expect(evidence(provider, after: .milliseconds(500)) == .nothing)
    for fate in [RequestFate.neverProcessed, .unknown, .processed] {
      let evidence = Destination.Evidence(.transport(fate), after: .zero, timeout: .seconds(10))
      #expect(evidence == .failed(isOverloaded: false))
    }
  }

  @Test func silenceIsAFailureIfThereWasTimeForAnAnswer() {
    func evidence(_ time: Duration, _ timeout: Duration, isUnconnected: Bool = false) -> Destination.Evidence {
      var failure = AttemptFailure.ownDeadline
      failure.isUnconnected = isUnconnected
      return Destination.Evidence(failure, after: time, timeout: timeout)
    }
    #expect(evidence(.seconds(10), .seconds(10)) == .failed(isOverloaded: false))
    #expect(evidence(.seconds(1), .seconds(10)) == .failed(isOverloaded: false))
    #expect(evidence(.milliseconds(999), .seconds(10)) == .nothing)
    #expect(evidence(.milliseconds(200), .milliseconds(200)) == .failed(isOverloaded: false))
    #expect(evidence(.milliseconds(999), .zero) == .nothing)
    #expect(evidence(.seconds(10), .seconds(10), isUnconnected: true) == .unconnected)
    #expect(evidence(.milliseconds(999), .seconds(10), isUnconnected: true) == .nothing)
  }
}

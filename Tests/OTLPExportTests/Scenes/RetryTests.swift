import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct RetryTests {
  @Test func acceptedItemsAreExported() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation)
      let outcome = await fixture.export(512)
      #expect(outcome.exported == 512)
      #expect(outcome.total == 512)
      #expect(outcome.attempts == 1)
      #expect(outcome.possibleDuplicates == 0)
      #expect(outcome.error == nil)
      #expect(fixture.client.calls.map { $0.spans } == [StandardWorkload().spans(0..<512)])
      #expect(fixture.log.events.isEmpty)
    }
  }

  @Test func anEmptyBatchMakesNoRequest() throws {  // trap 19; 1.1.13
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation)
      let outcome = await fixture.export(0)
      #expect(outcome.total == 0)
      #expect(fixture.client.calls.isEmpty)
    }
  }

  @Test func unavailableIsRetriedWithTheSameBytes() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(14)), .fail(.server(14))])
      let outcome = await fixture.export()
      #expect(outcome.exported == 10)
      #expect(outcome.attempts == 3)
      #expect(outcome.possibleDuplicates == 0)
      #expect(Set(fixture.client.calls.map(\.bytes)).count == 1)
      #expect(fixture.pauses[0] < .seconds(1) && fixture.pauses[1] < .seconds(1.6))
    }
  }

  @Test func aRefusalIsFinalAndExplained() throws {  // 1.4.2
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(7, "no such token"))])
      let outcome = await fixture.export()
      #expect(outcome.dropped == [.refused: 10])
      #expect(outcome.attempts == 1)
      let error = try #require(outcome.error as? OTLPError)
      #expect(error.code == .refused)
      #expect(error.status == "PERMISSION_DENIED")
      #expect(error.message.contains("no such token"))
    }
  }

  @Test func attemptTimeoutAndTotalDeadlineAreApart() throws {  // RULES D3; pain 13
    try simulate(seed: 3) { simulation in
      let fixture = DeliveryFixture(simulation, [.silence])
      let outcome = await fixture.export(within: .seconds(30))
      #expect(outcome.exported == 10)
      #expect(outcome.attempts == 2)
      #expect(outcome.possibleDuplicates == 10)  // 1.1.15: unknown, so counted
      let calls = fixture.client.calls
      #expect(calls[0].deadline == Deadline(calls[0].time + .seconds(10)))
    }
  }

  @Test func silenceEndsAtTheDeadline() throws {  // trap 30
    try simulate(seed: 4) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .silence)
      let start = simulation.now
      let outcome = await fixture.export(within: .seconds(25))
      #expect(outcome.dropped == [.timeout: 10])
      #expect(simulation.now - start <= .seconds(25))
      #expect(fixture.client.calls.allSatisfy { $0.deadline <= Deadline(start + .seconds(25)) })
      #expect(outcome.possibleDuplicates == 10)
    }
  }

  @Test func aPauseBeyondTheDeadlineEndsTheExportAtOnce() throws {  // trap 10; acceptance 11
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(14, retryInfo: .some(.seconds(30))))])
      let start = simulation.now
      let outcome = await fixture.export(within: .seconds(10))
      #expect(outcome.dropped == [.timeout: 10])
      #expect(simulation.now == start)
      #expect(outcome.attempts == 1)
    }
  }

  @Test func theServersPauseHoldsEveryCall() throws {  // 1.5.9
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(8, retryInfo: .some(.seconds(5))))])
      let start = simulation.now
      async let first = fixture.export()
      let later = [Duration.milliseconds(1), .seconds(1)].map { pause in
        simulation.task {
          await simulation.sleep(pause)
          return await fixture.export()
        }
      }
      let outcomes = await [first, later[0].value, later[1].value]
      #expect(outcomes.map(\.exported) == [10, 10, 10])
      // The first attempt led to the pause, which held all later attempts.
      let times = fixture.client.calls.map { $0.time - start }
      #expect(times.count == 4)
      #expect(times.filter { $0 >= .seconds(5) }.count == 3)
      let tooShort = await fixture.export(within: .seconds(1))
      #expect(tooShort.exported == 10)
    }
  }

  @Test func noAttemptWhileThePauseOutlastsTheDeadline() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(8, retryInfo: .some(.seconds(60))))])
      _ = await fixture.export()
      let start = simulation.now
      let outcome = await fixture.export()
      #expect(outcome.dropped == [.timeout: 10])
      #expect(outcome.attempts == 0)
      #expect(simulation.now == start)
    }
  }

  @Test func anUnprocessedRequestIsResentAtOnce() throws {  // 5.10.1
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.transport(.neverProcessed))])
      let start = simulation.now
      let outcome = await fixture.export()
      #expect(outcome.exported == 10)
      #expect(simulation.now == start)
      #expect(outcome.possibleDuplicates == 0)
      #expect(outcome.attempts == 2)
      #expect(fixture.log.events.isEmpty)  // routine
    }
  }

  @Test func aLostConnectionIsAPossibleDuplicateOnceOnly() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.fail(.transport(.unknown)), .fail(.transport(.unknown)), .fail(.server(14))])
      let outcome = await fixture.export()
      #expect(outcome.exported == 10)
      #expect(outcome.possibleDuplicates == 10)
    }
  }

  @Test func aMissingConnectionIsReportedAsUnreachable() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .after(.seconds(1), .fail(.connect)))
      let outcome = await fixture.export(within: .seconds(5))
      #expect(outcome.dropped == [.unreachable: 10])
      #expect((outcome.error as? OTLPError)?.code == .unreachable)
      #expect((outcome.error as? OTLPError)?.message.contains("http://server:4317") == true)
    }
  }

  @Test func partsOfASentRequestAreNotUnreachable() throws {
    try simulate(seed: 1) { simulation in
      let tooLarge = AttemptFailure.server(8, "received message larger than max (9 vs. 1)")
      let fixture = DeliveryFixture(
        simulation, [.fail(.transport(.unknown)), .fail(tooLarge)], standard: .after(.seconds(1), .fail(.connect)))
      let outcome = await fixture.export(within: .seconds(20))
      #expect(outcome.dropped == [.timeout: 10])
      #expect(outcome.possibleDuplicates == 10)
    }
  }

  @Test func aTLSFailureKeepsItsMessage() throws {
    try simulate(seed: 1) { simulation in
      var failure = AttemptFailure.connect
      failure.isTLS = true
      failure.message = "the certificate is for other.example, not for server"
      let fixture = DeliveryFixture(simulation, standard: .after(.seconds(1), .fail(failure)))
      let outcome = await fixture.export(within: .seconds(5))
      #expect(outcome.dropped == [.unreachable: 10])
      #expect((outcome.error as? OTLPError)?.code == .tls)
      #expect((outcome.error as? OTLPError)?.message.contains("other.example") == true)
    }
  }

  @Test func aCancelledTaskIsNotTriedAgain() throws {  // 1.4.5
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .fail(.server(14, retryInfo: .some(.seconds(5)))))
      let task = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      task.cancel()
      let outcome = await task.value
      #expect(outcome.dropped == [.shutdown: 10])
      #expect(outcome.attempts == 1)
    }
  }

  @Test func aLateSuccessIsNotCountedTwice() throws {  // trap 17: the first attempt is over when the second begins
    try simulate(seed: 5) { simulation in
      let fixture = DeliveryFixture(simulation, [.after(.seconds(11), .accept)])
      let outcome = await fixture.export()
      #expect(outcome.exported == 10)
      #expect(outcome.total == 10)
      #expect(outcome.attempts == 2)
      #expect(fixture.client.mostOpen == 1)
    }
  }

  @Test func thePauseHoldsNoCall() throws {  // trap 29
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(14, retryInfo: .some(.seconds(3))))])
      let task = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      #expect(fixture.client.calls.count == 1)
      #expect(fixture.client.mostOpen == 1)
      #expect(await task.value.exported == 10)
    }
  }

  @Test(arguments: [
    (Int64(0), "careful", 10, 0), (3, "", 7, 3), (10, "", 0, 10), (11, "", 0, 10), (Int64.max, "", 0, 10),
    (-1, "odd", 10, 0), (Int64.min, "odd", 10, 0),
  ])
  func partialSuccess(rejected: Int64, message: String, exported: Int, counted: Int) throws {  // 1.3, acceptance 3
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.partial(rejected: rejected, message + "\u{1B}[31m\n")])
      let outcome = await fixture.export()
      #expect(outcome.exported == exported)
      #expect(outcome.rejected == counted)
      #expect(outcome.total == 10)
      #expect(outcome.attempts == 1)  // 1.3.2
      let event = try #require(fixture.log.events.first)
      #expect(event.level == (counted > 0 ? .debug : .warning))  // 1.3.6; of rejections the processor warns
      #expect(event.fields["message"]?.contains("\u{1B}") == false)
      #expect((outcome.error as? OTLPError)?.code == (counted > 0 ? .partialSuccess : nil))
    }
  }
}

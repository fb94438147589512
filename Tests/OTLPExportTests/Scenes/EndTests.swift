import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct EndTests {
  @Test func anAttemptWithoutTimeDoesntHideTheServersAnswer() throws {
    for seed in 1...4 {
      try simulate(seed: UInt64(seed)) { simulation in
        let fixture = DeliveryFixture(
          simulation, [.fail(.server(14, "data refused due to high memory usage"))], standard: .fail(.noTime))
        let error = try #require(await fixture.export(within: .seconds(8)).error as? OTLPError)
        #expect(error.message.contains("UNAVAILABLE: data refused due to high memory usage"), "\(error)")
        #expect(!error.message.contains("no connection"), "\(error)")
      }
    }
  }

  @Test func anAttemptWithLittleTimeDoesntHideTheFailureBefore() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.fail(.transport(.unknown))], standard: .after(.milliseconds(900), .fail(.server(14))))
      let error = try #require(await fixture.export(within: .milliseconds(800)).error as? OTLPError)
      #expect(error.message.hasSuffix("UNAVAILABLE: connection lost"), "\(error)")
    }
  }

  @Test func theServersLastAnswerIsNamedBesideALaterFailure() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(14, "data refused"))], standard: .silence)
      let error = try #require(await fixture.export(within: .seconds(8)).error as? OTLPError)
      #expect(
        error.message.hasSuffix("DEADLINE_EXCEEDED: no answer; the server's last answer: UNAVAILABLE: data refused"),
        "\(error)")
    }
  }

  @Test func afterShutdownNothingIsSent() throws {  // 4.8.4
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation)
      await fixture.delivery.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
      #expect(fixture.client.isShutDown)
      let outcome = await fixture.export()
      #expect(outcome.dropped == [.shutdown: 10])
      #expect((outcome.error as? OTLPError)?.code == .shutdown)
      #expect(fixture.client.calls.isEmpty)
      #expect(await fixture.delivery.flush(deadline: Deadline(simulation.now)))
    }
  }

  @Test func shutdownLetsARetryFinish() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, [.fail(.server(14, retryInfo: .some(.seconds(2))))])
      let export = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      await fixture.delivery.shutdown(deadline: Deadline(start + .seconds(5)))
      #expect(await export.value.exported == 10)
      #expect(simulation.now - start < .seconds(2.1))
    }
  }

  @Test func shutdownEndsASleepThatWouldOutlastIt() throws {  // acceptance 10
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .fail(.server(14, retryInfo: .some(.seconds(20)))))
      let export = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      await fixture.delivery.shutdown(deadline: Deadline(start + .seconds(5)))
      #expect(simulation.now == start)  // no use in waiting
      #expect(await export.value.dropped == [.shutdown: 10])
    }
  }

  @Test func shutdownEndsASilentCallAtItsDeadline() throws {  // pain 1
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .silence) { $0.timeout.set(.zero) }
      let export = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      await fixture.delivery.shutdown(deadline: Deadline(start + .seconds(3)))
      #expect(simulation.now - start == .seconds(3))
      let outcome = await export.value
      #expect(outcome.dropped == [.shutdown: 10])
      #expect(simulation.now - start == .seconds(3))
    }
  }

  @Test func aSecondShutdownCanOnlyShortenTheDeadline() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .silence) { $0.timeout.set(.zero) }
      let export = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      async let first: Void = fixture.delivery.shutdown(deadline: Deadline(start + .seconds(10)))
      async let second: Void = fixture.delivery.shutdown(deadline: Deadline(start + .seconds(2)))
      _ = await (first, second)
      #expect(await export.value.dropped == [.shutdown: 10])
      #expect(simulation.now - start == .seconds(2))
    }
  }

  @Test func flushWaitsForTheRunningExportsOnly() throws {  // 4.8.5
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .after(.seconds(2), .accept))
      let first = simulation.task { await fixture.export() }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      let later = simulation.task {
        await simulation.sleep(.milliseconds(500))
        return await fixture.export()
      }
      #expect(await fixture.delivery.flush(deadline: Deadline(start + .seconds(5))))
      #expect(simulation.now - start == .seconds(1))
      #expect(await first.value.exported == 10)
      #expect(await later.value.exported == 10)
    }
  }

  @Test func flushEndsAtItsDeadline() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, standard: .silence)
      let export = simulation.task { await fixture.export(within: .seconds(8)) }
      await simulation.sleep(.seconds(1))
      let start = simulation.now
      #expect(await fixture.delivery.flush(deadline: Deadline(start + .seconds(3))) == false)
      #expect(simulation.now - start == .seconds(3))
      #expect(await export.value.dropped == [.timeout: 10])
    }
  }

  @Test func firstFailureAndRecoveryAreReportedOnce() throws {  // 4.12.2
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.fail(.server(14, "first")), .fail(.server(14, "second")), .fail(.server(14, "third"))])
      #expect(await fixture.export().exported == 10)
      #expect(fixture.log.events.map(\.level) == [.warning, .info])
      #expect(fixture.log.events[0].fields["message"] == "first")
      #expect(fixture.log.events[1].fields["failedAttempts"] == "3")
    }
  }

  @Test(
    "trap 24: thousands of equal failures cause few events",
    arguments: [
      ([], .fail(.server(7))), ([], .partial(rejected: 1, "no")), ([], .partial(rejected: 0, "a word")),
      ([], .atMost(10)), ([], .refusing([StandardWorkload().spans(0..<1)[0].name])),
      ((0..<4000).map { $0 % 2 == 0 ? .fail(.server(14)) : .accept }, .accept),
    ] as [([ScriptedClient.Step], ScriptedClient.Step)])
  func lossesCauseFewEvents(_ steps: [ScriptedClient.Step], _ standard: ScriptedClient.Step) throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation, steps, standard: standard) {
        $0.retry.initialBackoff = .milliseconds(1)
      }
      for _ in 0..<2000 { _ = await fixture.export(2) }
      #expect(simulation.now - MonotonicInstant(nanoseconds: 0) < .seconds(60))
      #expect((1...15).contains(fixture.log.events.count))
      #expect(fixture.log.events.count { $0.level >= .warning } <= 10)
    }
  }

  @Test func theCountsSumWhateverHappens() throws {
    for seed in 0..<100 as Range<UInt64> {
      try simulate(seed: seed) { simulation in
        let steps = (0..<200).map { _ in EndTests.randomStep(simulation) }
        let fixture = DeliveryFixture(simulation, steps)
        let tasks = (0..<12).map { _ in
          simulation.task {
            await simulation.sleep(.milliseconds(simulation.draw(in: 0...20_000)))
            let count = simulation.draw(in: 1...40)
            let within = Duration.milliseconds(simulation.draw(in: 0...30_000))
            let start = simulation.now
            let outcome = await fixture.export(count, within: within)
            #expect(outcome.total == count, "seed \(seed)")
            #expect(outcome.possibleDuplicates <= count, "seed \(seed)")
            #expect(simulation.now - start <= within, "seed \(seed)")
            return outcome
          }
        }
        await simulation.sleep(.milliseconds(simulation.draw(in: 0...40_000)))
        let start = simulation.now
        let within = Duration.milliseconds(simulation.draw(in: 0...5_000))
        await fixture.delivery.shutdown(deadline: Deadline(start + within))
        #expect(simulation.now - start <= within, "seed \(seed)")
        var sum = ExportOutcome()
        for task in tasks {
          let outcome = await task.value
          sum.exported += outcome.exported
          sum.rejected += outcome.rejected
          sum.dropped.merge(outcome.dropped, uniquingKeysWith: +)
          sum.attempts += outcome.attempts
          sum.possibleDuplicates += outcome.possibleDuplicates
        }
        ExporterMetricsTests.check(fixture.delivery.selfMetrics, sum, exports: tasks.count, "seed \(seed)")
      }
    }
  }

  private static func randomStep(_ simulation: Simulation) -> ScriptedClient.Step {
    let step: ScriptedClient.Step =
      switch simulation.draw(in: 0...9) {
      case 0: .silence
      case 1: .fail(.server(simulation.draw(in: 1...16)))
      case 2: .fail(.server(14))
      case 3: .fail(.server(8, retryInfo: .some(.milliseconds(simulation.draw(in: 0...8000)))))
      case 4: .fail(.transport(.neverProcessed))
      case 5: .fail(.transport(.unknown))
      case 6: .atMost(simulation.draw(in: 1...30_000))
      case 7: .partial(rejected: Int64(simulation.draw(in: -5...50)), "no")
      default: .accept
      }
    return .after(.milliseconds(simulation.draw(in: 0...12_000)), step)
  }
}

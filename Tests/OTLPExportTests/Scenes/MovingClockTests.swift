import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The clock moves between two readings, as a real one does: what falls due in between must not be missed.
@Suite("A clock that moves between its readings", .ownThreads) struct MovingClockTests {
  static let ticks = (1...60).map { Duration.microseconds($0 * 17) }

  @Test("a back-off that ends between two readings is followed by an attempt", arguments: ticks)
  func backoff(_ tick: Duration) throws {
    try simulate(seed: 1, tick: tick) { simulation in
      let failures = Array(repeating: ScriptedClient.Step.fail(.server(14)), count: 6)
      let fixture = DeliveryFixture(simulation, failures) {
        $0.retry.initialBackoff = .milliseconds(1)
        $0.retry.maxBackoff = .milliseconds(2)
        $0.retry.circuitThreshold = nil
      }
      let outcome = await fixture.export()
      #expect(outcome.exported == 10 && outcome.attempts == 7, "\(outcome)")
      // Some readings for each attempt, and nothing waits for the deadline.
      #expect(simulation.now < MonotonicInstant(nanoseconds: 1_000_000_000) + .seconds(2))
    }
  }

  @Test("a server's pause that ends between two readings is followed by an attempt", arguments: ticks)
  func pause(_ tick: Duration) throws {
    try simulate(seed: 1, tick: tick) { simulation in
      let fixture = DeliveryFixture(
        simulation, [.fail(.server(14, pushback: .retry(after: .milliseconds(2))))])
      let exports = (0..<8).map { _ in simulation.task { await fixture.export() } }
      for export in exports { #expect(await export.value.exported == 10) }
      #expect(simulation.now < MonotonicInstant(nanoseconds: 1_000_000_000) + .seconds(6))
    }
  }
}

import SimulatedWorlds
import TelemetrySDK
import TestThreads
import Testing

/// Processor, exporter, channel, connections and servers together, with random faults of network and servers.
@Suite(.ownThreads) struct EndToEndSimulationTests {
  @Test("no span is lost without being counted")
  func nothingIsLostSilently() async throws {
    let sum = try await Seeds.run(80, where: { !$0.isChannelOnly && !$0.isOverTLS && !$0.isOutage }).reduce(Ledger()) {
      $0 + $1.ledger
    }
    // The seeds must contain deliveries as well as losses for each reason.
    #expect(sum.exported > sum.ended / 4)
    for reason in DropReason.allCases where reason != .exporterFailed { #expect(sum.dropped[reason] ?? 0 > 0) }
    #expect(sum.possibleDuplicates > 0)
  }

  // `Tests/simulate` checks that TLS has the same trace in each run. Here, other tests use OpenSSL's random numbers too.
  @Test("no span is lost without being counted over TLS")
  func overTLSToo() async throws { _ = try await Seeds.run(20, overTLS: true) }

  @Test("a seed has the same trace in each run")
  func sameSeedSameTrace() async throws {
    try await Seeds.expectSame((1...20).map { Seed($0) }.filter { !$0.isOverTLS && !$0.isChannelOnly })
  }
}

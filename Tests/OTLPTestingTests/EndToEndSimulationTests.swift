import SimulatedWorlds
import TelemetrySDK
import TestThreads
import Testing

/// Processor, exporter, channel, connection and servers together, over a network and with servers that fail.
@Suite(.ownThreads) struct EndToEndSimulationTests {
  @Test func nothingIsLostSilently() async throws {
    let sum = try await Seeds.run(80, where: { !$0.isForChannel && !$0.isOverTLS }).reduce(Ledger()) { $0 + $1.ledger }
    // The faults must not be so many that nothing gets through, nor so few that nothing is lost.
    #expect(sum.exported > sum.ended / 4)
    for reason in DropReason.allCases where reason != .exporterFailed { #expect(sum.dropped[reason] ?? 0 > 0) }
    #expect(sum.possibleDuplicates > 0)
  }

  // Whether TLS does the same each time is for `Tests/simulate`: here others draw from OpenSSL's random numbers too.
  @Test func overTLSToo() async throws { _ = try await Seeds.run(20, overTLS: true) }

  @Test func sameSeedSameTrace() async throws {
    try await Seeds.expectSame((1...20).map { Seed($0) }.filter { !$0.isOverTLS && !$0.isForChannel })
  }
}

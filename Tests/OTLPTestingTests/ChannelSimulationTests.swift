import SimulatedWorlds
import TestThreads
import Testing

/// The gRPC channel against the collector, over a network that fails in every way.
@Suite(.ownThreads) struct ChannelSimulationTests {
  @Test func deadlinesAndFatesHold() async throws { _ = try await Seeds.run(60, where: { $0.isForChannel }) }

  @Test func sameSeedSameTrace() async throws { try await Seeds.expectSame((1...5).map { Seed($0 * 5) }) }
}

import SimulatedWorlds
import TestThreads
import Testing

/// The gRPC channel against collectors, over a network with random faults.
@Suite(.ownThreads) struct ChannelSimulationTests {
  @Test("deadlines hold, and the fate of each call is true")
  func deadlinesAndFatesHold() async throws { _ = try await Seeds.run(60, where: { $0.isChannelOnly }) }

  @Test("a seed has the same trace in each run")
  func sameSeedSameTrace() async throws { try await Seeds.expectSame((1...5).map { Seed($0 * 5) }) }
}

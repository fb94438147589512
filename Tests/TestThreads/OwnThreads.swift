internal import Glibc
internal import TelemetryCore
package import Testing

extension Trait where Self == OwnThreads {
  /// Runs each test of the suite on threads apart from the pool of Swift's concurrency.
  ///
  /// Every suite carries it (`Tests/Scripts/check_suites.py`): the pool has one thread per core, and a test that blocks
  /// one (a simulation runs its loop on the thread that calls it) would hold up all the others.
  package static var ownThreads: Self { Self() }
}

/// Runs a test on ``TestThreads``, when there is a place for one more.
package struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    // A suite that runs its tests one after the other would be the last to end if each waited behind all others.
    let isSerialized = test.traits.contains { $0 is ParallelizationTrait }
    try await TestThreads.shared.perform(isUrgent: isSerialized) {
      let start = MonotonicInstant.now
      try await function()
      if Self.printsTimes { Self.printTime(test, MonotonicInstant.now - start) }
    }
  }

  /// TEST_TIMES=1 prints how long each test took. What Swift Testing prints counts the wait for a place too.
  private static let printsTimes = getenv("TEST_TIMES") != nil

  private static func printTime(_ test: Test, _ time: Duration) {
    print("time \(time / .milliseconds(1)) ms \(test.id)")
  }
}

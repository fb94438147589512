internal import Glibc
internal import TelemetryCore
package import Testing

extension Trait where Self == OwnThreads {
  /// Runs each test of the suite on threads apart from the pool of Swift's concurrency.
  ///
  /// Every suite has this trait (`Tests/Scripts/check_suites.py`): the pool has one thread per core, and a test that
  /// blocks a thread, as a simulation does with its loop, would delay all other tests.
  package static var ownThreads: Self { Self() }
}

/// Runs a test on ``TestThreads`` as soon as there is a free place.
package struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    // The tests of a serialized suite go first: if each waited behind all others, this suite would end last.
    let isSerialized = test.traits.contains { $0 is ParallelizationTrait }
    try await TestThreads.shared.perform(isUrgent: isSerialized) {
      let start = MonotonicInstant.now
      try await function()
      if Self.printsTimes { Self.printTime(test, MonotonicInstant.now - start) }
    }
  }

  /// TEST_TIMES=1 prints the time of each test. The time that Swift Testing prints includes the wait for a place.
  private static let printsTimes = getenv("TEST_TIMES") != nil

  private static func printTime(_ test: Test, _ time: Duration) {
    print("time \(time / .milliseconds(1)) ms \(test.id)")
  }
}

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
    try await TestThreads.shared.perform(function)
  }
}

import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// Runtimes, exporters and processors leave no threads and no memory.
@Suite(.ownThreads, .serialized)
struct LifeTests {
  // With one arena and without the caches of threads, all allocated memory is in use.
  private static let environment = [
    "/usr/bin/env", "MALLOC_ARENA_MAX=1", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
  ]

  @Test(
    "after a shutdown all threads end, and the memory in use doesn't grow with the number of runtimes",
    arguments: [false, true])
  func lives(tls: Bool) async throws {
    let place = try await CollectorPlace(tls: tls)
    // A sanitizer replaces the allocator, so only the threads are checked.
    let isMeasured = TestFiles.variable("ASAN_OPTIONS") == nil && TestFiles.variable("TSAN_OPTIONS") == nil
    let output = try await Subject.run(
      "lives", place.options + (isMeasured ? ["count=40"] : ["count=10", "measure=0"]), prefix: Self.environment)
    guard isMeasured else { return }
    let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("sizes ") })
    let sizes = line.split(separator: " ").dropFirst().compactMap { Int($0) }
    try #require(sizes.count == 40)
    // The C library and Swift's runtime allocate some memory late. A leaked life would have several hundred objects.
    let early = sizes[8..<24].min() ?? 0
    let late = sizes[24..<40].min() ?? 0
    #expect(late - early < 16 * 64, "\(sizes)")
  }
}

import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// What is shut down and let go leaves nothing behind.
@Suite(.ownThreads, .serialized)
struct LifeTests {
  // One arena, and no threads' caches of freed memory: all that counts as given out is in use.
  private static let environment = [
    "/usr/bin/env", "MALLOC_ARENA_MAX=1", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
  ]

  @Test(
    "runtimes, exporters and processors that come and go: their threads end, memory in use doesn't grow",
    arguments: [false, true])
  func lives(tls: Bool) async throws {
    let place = try await Place(tls: tls)
    // A sanitizer has an allocator of its own; the threads must end there too.
    let isMeasured = TestFiles.variable("ASAN_OPTIONS") == nil && TestFiles.variable("TSAN_OPTIONS") == nil
    let output = try await Subject.run(
      "lives", place.options + (isMeasured ? ["count=40"] : ["count=10", "measure=0"]), prefix: Self.environment)
    guard isMeasured else { return }
    let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("sizes ") })
    let sizes = line.split(separator: " ").dropFirst().compactMap { Int($0) }
    try #require(sizes.count == 40)
    // Fixed parts of the C library and of Swift's runtime come late at times; a life has several hundred objects.
    let early = sizes[8..<24].min() ?? 0
    let late = sizes[24..<40].min() ?? 0
    #expect(late - early < 16 * 64, "\(sizes)")
  }
}

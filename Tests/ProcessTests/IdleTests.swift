import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// An idle connection costs no system call (ARCHITECTURE P4).
@Suite(.ownThreads) struct IdleTests {
  private static let strace = "/usr/bin/strace"

  @Test(
    "an idle connection makes no system call",
    .enabled(if: Peers.isRequired || TestFiles.isExecutable(strace)),
    arguments: [false, true])
  func idle(tls: Bool) async throws {
    let place = try await CollectorPlace(tls: tls)
    let trace = try TestFiles.makeDirectory()
    defer { TestFiles.remove(trace) }
    _ = try await Subject.run(
      "idle", place.options + ["settle=3", "seconds=15"], prefix: [Self.strace, "-f", "-o", trace + "/calls"])
    let calls = TestFiles.read(trace + "/calls").split(separator: "\n")
    let begin = try #require(calls.firstIndex { $0.contains("idle begins") })
    let end = try #require(calls.firstIndex { $0.contains("idle ends") })
    // The scene sleeps between the marks.
    let between = calls[(begin + 1)..<end].filter {
      !$0.contains("clock_nanosleep(") && !$0.contains("clock_nanosleep resumed")
    }
    #expect(between.isEmpty, "\(between.joined(separator: "\n"))")
    #expect(place.collector.counts.connections == 1)
  }
}

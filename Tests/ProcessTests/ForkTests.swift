import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// Forks of a process that exports (pain 21).
@Suite(.ownThreads, .serialized)
struct ForkTests {
  @Test("parent and children export, and each span arrives once", arguments: [false, true], [false, true])
  func prefork(tls: Bool, own: Bool) async throws {
    let place = try await CollectorPlace(tls: tls)
    _ = try await Subject.run(
      "prefork", place.options + ["children=4", "spans=100", "own=\(own ? 1 : 0)"])
    #expect(place.collector.spanCount == 300 + 4 * 200)
    #expect(place.duplicates == 0)
    // The parent keeps its connection, and each child opens another.
    #expect(place.collector.counts.connections == 5)
  }

  @Test("a lock that the parent held at the fork doesn't block a child")
  func forkLoop() async throws {
    let place = try await CollectorPlace(tls: false)
    _ = try await Subject.run("fork-loop", place.options + ["forks=200", "threads=4"], within: .seconds(120))
  }

  @Test("loops that are blocked share the time in which a fork waits for them")
  func blockedLoops() async throws {
    let output = try await Subject.run("fork-blocked-loops", ["loops=50"])
    // One after another they would take five seconds.
    let time = output.split(separator: "\n").last.flatMap { Int($0.replacing("done milliseconds=", with: "")) }
    #expect(try #require(time) < 2500, "\(output)")
  }

  @Test("after a fork on the loop's thread, the child exports only its own spans there")
  func forkOnLoop() async throws {
    let place = try await CollectorPlace(tls: false)
    _ = try await Subject.run("fork-on-loop", place.options)
    #expect(place.collector.spanCount == 40)
    #expect(place.duplicates == 0)
  }

  @Test("an ended loop runs late jobs in parent and children")
  func lateForks() async throws {
    _ = try await Subject.run("late-forks", ["forks=100"], within: .seconds(120))
  }

  @Test("a periodic reader goes on in a forked child, with a ledger of its own")
  func reader() async throws {
    _ = try await Subject.run("fork-reader", ["forks=50"], within: .seconds(120))
  }
}

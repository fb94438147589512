import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// Pain 21: what a fork leaves behind.
@Suite(.ownThreads, .serialized)
struct ForkTests {
  @Test("parent and children all export, each span arrives once", arguments: [false, true], [false, true])
  func prefork(tls: Bool, own: Bool) async throws {
    let place = try await Place(tls: tls)
    _ = try await Subject.run(
      "prefork", place.options + ["children=4", "spans=100", "own=\(own ? 1 : 0)"])
    #expect(place.collector.spanCount == 300 + 4 * 200)
    #expect(place.duplicates == 0)
    // The parent goes on with its connection, each child has its own.
    #expect(place.collector.counts.connections == 5)
  }

  @Test("a child is not held up by a lock that was held in its parent")
  func forkLoop() async throws {
    let place = try await Place(tls: false)
    _ = try await Subject.run("fork-loop", place.options + ["forks=200", "threads=4"], within: .seconds(120))
  }

  @Test("a fork on the loop's own thread: the child goes on there, without the parent's work")
  func forkOnLoop() async throws {
    let place = try await Place(tls: false)
    _ = try await Subject.run("fork-on-loop", place.options)
    #expect(place.collector.spanCount == 40)
    #expect(place.duplicates == 0)
  }

  @Test("a loop that has ended runs what comes late, in parent and children")
  func lateForks() async throws {
    _ = try await Subject.run("late-forks", ["forks=100"], within: .seconds(120))
  }
}

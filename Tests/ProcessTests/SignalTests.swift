import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// Signals of a process that exports.
@Suite(.ownThreads, .serialized)
struct SignalTests {
  @Test("no signal handler is installed, and the caller's mask stays (5.6.16)")
  func handlers() async throws {
    let place = try await CollectorPlace(tls: true)
    _ = try await Subject.run("signals", place.options)
    #expect(place.collector.spanCount == 1000)
  }

  @Test("interrupted system calls lose nothing", arguments: [false, true])
  func interrupts(tls: Bool) async throws {
    let place = try await CollectorPlace(tls: tls)
    _ = try await Subject.run("interrupts", place.options)
    #expect(place.collector.spanCount == 10_000)
  }

  @Test("a write to a connection that the server closed raises no SIGPIPE (5.6.16)", arguments: [false, true])
  func closedPeers(tls: Bool) async throws {
    let place = try await CollectorPlace(tls: tls)
    let subject = try Subject.start("closed-peers", place.options)
    for round in 1...10 where await place.collector.waitForSpans(round * 1500, within: Loopback.patience) {
      await place.collector.closeConnections()
    }
    #expect(await subject.wait() == 0, "\(subject.errors)")
    #expect(place.collector.counts.connections >= 3)
  }

  @Test("a warning on a closed standard error raises no SIGPIPE")
  func closedStandardError() async throws {
    let port = Loopback.HeldPort()
    _ = try await Subject.run("closed-stderr", ["endpoint=http://127.0.0.1:\(port.number)"])
  }

  @Test("no socket gets the number of a closed standard file", arguments: [false, true])
  func closedStandardFiles(tls: Bool) async throws {
    let place = try await CollectorPlace(tls: tls)
    _ = try await Subject.run("without-standard-files", place.options)
    #expect(place.collector.spanCount == 10)
  }
}

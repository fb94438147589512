import TestThreads
import Testing

@testable import TelemetryCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.ownThreads) struct SystemPollerTests {
  @Test("a wake from another thread ends a wait without a deadline; a deadline ends any other wait")
  func systemPoller() throws {
    let poller = try SystemPoller()
    try ThreadSystem.start(name: "waker", stackSize: 1 << 18) { poller.wake() }
    var events: [ReadyEvent] = []
    poller.wait(until: .never, at: poller.now, into: &events)
    let before = poller.now
    poller.wait(until: Deadline(before + .milliseconds(20)), at: before, into: &events)
    #expect(poller.now - before >= .milliseconds(20) && events.isEmpty)
  }

  #if os(Linux)
    @Test("a poller whose descriptors were closed opens new ones, and pauses before its next try")
    func lostDescriptors() throws {
      let poller = try SystemPoller()
      let lost = poller.epoll
      // Replaces the poller's file, so that no other test gets the number.
      let other = open("/dev/null", O_RDONLY)
      try #require(dup2(other, lost) == lost)
      defer {
        close(other)
        close(lost)
      }
      var events: [ReadyEvent] = []
      let before = poller.now
      poller.wait(until: .never, at: before, into: &events)
      #expect(poller.now - before >= .milliseconds(10) && poller.epoll != lost)
      poller.wake()
      poller.wait(until: .never, at: poller.now, into: &events)
      #expect(events.isEmpty)
    }
  #endif
}

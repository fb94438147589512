import TelemetryCore
import TestThreads
import Testing

@testable import OTLPExport

@Suite(.ownThreads) struct AdmissionQueueTests {
  private var queue = AdmissionQueue()

  private func at(_ seconds: Int64) -> MonotonicInstant { .init(nanoseconds: seconds * 1_000_000_000) }

  @Test mutating func exportsAreAdmittedInOrderOfArrivalAfterTheirBackoffs() {
    let pausing = queue.join(export: 1, notBefore: at(10))
    let first = queue.join(export: 2, notBefore: nil)
    let second = queue.join(export: 3, notBefore: at(5))
    #expect(queue.first(at: at(5), isSuspended: false) === first)
    #expect(queue.nextBackoffEnd(after: at(1)) == at(5) && queue.nextBackoffEnd(after: at(5)) == at(10))
    #expect(queue.first(at: at(10), isSuspended: false) === pausing)
    // While the circuit is open the exports' own back-offs don't count.
    #expect(queue.first(at: at(1), isSuspended: true) === pausing)
    queue.leave(first)
    #expect(queue.first(at: at(4), isSuspended: false) == nil)
    #expect(queue.first(at: at(5), isSuspended: false) === second)
  }

  @Test("expedite ends the back-offs that reach the deadline")
  mutating func expedite() {
    let places = [5, 10, 15].map { queue.join(export: Int($0), notBefore: at($0)) }
    queue.expedite(deadline: Deadline(at(10)))
    #expect(places.map(\.notBefore) == [at(5), nil, nil])
    queue.endBackoffs()
    #expect(places.allSatisfy { $0.notBefore == nil })
  }

  @Test("a back-off is shortened, never lengthened")
  mutating func shortenPause() {
    let places = [5, 10, 15].map { queue.join(export: Int($0), notBefore: at($0)) }
    for place in places { queue.shortenBackoff(of: place, to: at(10)) }
    #expect(places.map(\.notBefore) == [at(5), at(10), at(10)])
    let free = queue.join(export: 4, notBefore: nil)
    queue.shortenBackoff(of: free, to: at(10))
    #expect(free.notBefore == nil)
  }

  @Test("woken exports keep their places")
  mutating func wakeAll() {
    let place = queue.join(export: 1, notBefore: nil)
    let promise = place.promise
    queue.wakeAll()
    guard case .changed? = promise.current, place.promise.current == nil else {
      Issue.record("not woken")
      return
    }
    #expect(queue.first(at: at(0), isSuspended: false) === place)
  }
}

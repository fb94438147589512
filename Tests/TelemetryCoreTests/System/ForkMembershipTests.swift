import TestSupport
import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct ForkMembershipTests {
  /// An object that threads replace, so that the last reference goes away on any of them.
  private final class Shelf: Sendable {
    let place = Locked<ForkSafe<Int>?>(nil)
    let ended = Locked(0)
  }

  @Test("participants join and leave on many threads")
  func manyThreads() async throws {
    let shelf = Shelf()
    for _ in 0..<4 {
      try ThreadSystem.start(name: "member", stackSize: 1 << 18) {
        for round in 0..<50_000 {
          let new = ForkSafe(round)
          _ = shelf.place.withLock { place in
            defer { place = new }
            return place
          }
        }
        shelf.ended.withLock { $0 += 1 }
      }
    }
    #expect(await Loopback.wait { shelf.ended.withLock { $0 } == 4 })
  }
}

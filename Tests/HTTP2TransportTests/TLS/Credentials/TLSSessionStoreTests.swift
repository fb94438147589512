import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct TLSSessionStoreTests {
  private static let start = TLSSessionMoment(monotonic: .init(nanoseconds: 1), wall: 1_000_000)
  private let good = TLSSessionValidity(verified: start, certificatesEndIn: 1_000_000)

  private func moment(_ monotonic: Duration, _ wall: Int64) -> TLSSessionMoment {
    TLSSessionMoment(monotonic: Self.start.monotonic + monotonic, wall: Self.start.wall &+ wall)
  }

  @Test("the newest session is taken first and once, and the sessions are bounded for each peer and in total")
  func bounds() {
    var store = TLSSessionStore<Int>(capacity: 5, perPeer: 2)
    for number in 1...3 { store.keep(number, of: "a", isSingleUse: true, validity: good) }
    #expect(store.count == 2)
    for number in 4...5 { store.keep(number, of: "b", isSingleUse: true, validity: good) }
    for number in 6...7 { store.keep(number, of: "c", isSingleUse: true, validity: good) }
    #expect(store.count == 5)
    let taken = ["a", "a", "c", "c", "d"].map { store.take(for: $0, at: Self.start)?.session }
    #expect(taken == [3, nil, 7, 6, nil])
  }

  @Test("a session that may be resumed again stays until the peer is forgotten")
  func reuse() {
    var store = TLSSessionStore<Int>()
    store.keep(1, of: "a", isSingleUse: false, validity: good)
    let taken = (0..<3).map { _ in store.take(for: "a", at: Self.start)?.session }
    #expect(taken == [1, 1, 1])
    store.forget("a")
    #expect(store.count == 0)
  }

  @Test("a session expires an hour after the full handshake, by either clock, and when the clock is set back")
  func age() {
    #expect(good.holds(at: moment(.zero, 0)))
    #expect(good.holds(at: moment(.seconds(3599), 3599)))
    for past in [
      moment(.seconds(3600), 10), moment(.seconds(10), 3600), moment(.seconds(1), -1), moment(.zero, .max),
      moment(.zero, .min),
    ] {
      #expect(!good.holds(at: past), "\(past)")
      var store = TLSSessionStore<Int>()
      store.keep(1, of: "a", isSingleUse: false, validity: good)
      #expect(store.take(for: "a", at: past) == nil)
      #expect(store.count == 0)
    }
  }

  @Test("a session expires with the certificates, whenever they expire")
  func certificatesEnd() {
    for (left, holds) in [(Int64(61), true), (60, false), (0, false), (-1, false), (.min, false), (.max, true)] {
      let validity = TLSSessionValidity(verified: Self.start, certificatesEndIn: left)
      #expect(validity.holds(at: moment(.seconds(60), 60)) == holds, "\(left)")
    }
  }
}

import TelemetryCore
import TestThreads
import Testing

@testable import TelemetryDatabase

@Suite(.ownThreads) struct RetentionTests {
  private let start = MonotonicInstant(nanoseconds: 0)

  @Test("the next deletion is due after the interval, or at once if there may be more")
  func ended() {
    var retention = Retention(.seconds(200))
    #expect(retention.isDue(at: start))
    retention.ended(deleted: 1, at: start)
    #expect(!retention.isDue(at: start + .seconds(9)) && retention.isDue(at: start + .seconds(10)))
    retention.ended(deleted: Retention.mostItems, at: start)
    #expect(retention.isDue(at: start))
  }

  @Test("only the first of failures in a row is reported, whatever gave way between them")
  func failed() {
    var retention = Retention(.seconds(1_000_000))
    retention.gaveWay(at: start)
    var isReported = retention.failed(at: start)
    #expect(isReported && !retention.isDue(at: start + .seconds(59)) && retention.isDue(at: start + .seconds(60)))
    retention.gaveWay(at: start)
    isReported = retention.failed(at: start)
    #expect(!isReported)
    retention.ended(deleted: 0, at: start)
    isReported = retention.failed(at: start)
    #expect(isReported)
  }

  @Test("a deletion that gives way waits for a while, and has more time, up to five seconds, until one ends")
  func gaveWay() {
    var retention = Retention(.seconds(1_000_000))
    var times: [Duration] = []
    for _ in 0..<4 {
      times.append(retention.patience)
      retention.gaveWay(at: start)
      #expect(!retention.isDue(at: start + .seconds(59)) && retention.isDue(at: start + .seconds(60)))
    }
    #expect(times == [.seconds(1), .seconds(2), .seconds(4), .seconds(5)])
    _ = retention.failed(at: start)
    #expect(retention.patience == .seconds(5))
    retention.ended(deleted: 0, at: start)
    #expect(retention.patience == .seconds(1))
  }

  @Test("a call that waits keeps half of its time for itself")
  func waiting() {
    #expect(Retention.end(for: Deadline(start + .seconds(4)), at: start) == start + .seconds(2))
    #expect(Retention.end(for: Deadline(start), at: start + .seconds(1)) == start + .seconds(1))
    #expect(Retention.end(for: .never, at: start) > start + .seconds(3600 * 24 * 365))
  }
}

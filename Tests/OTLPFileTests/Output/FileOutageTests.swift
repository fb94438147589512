import TelemetryCore
import TestThreads
import Testing

@testable import OTLPFile

@Suite(.ownThreads) struct FileOutageTests {
  private let full = OTLPFileError("x", "the disk is full")
  private func at(_ milliseconds: Int64) -> MonotonicInstant { .init(nanoseconds: milliseconds * 1_000_000) }

  @Test func pausesGrowToFourSeconds() {
    var outage = FileOutage()
    var now = at(0)
    var pauses: [Duration] = []
    for _ in 0..<8 {
      _ = outage.failed(full, at: now)
      let next = outage.nextAttempt ?? now
      pauses.append(next - now)
      now = next
    }
    #expect(pauses == [100, 200, 400, 800, 1600, 3200, 4000, 4000].map { .milliseconds($0) })
  }

  @Test func theFirstFailureOfAKindAndTheEndAreReported() {
    var outage = FileOutage()
    #expect(outage.written(at: at(0)) == nil)
    #expect(outage.failed(full, at: at(1000)) == .began(full))
    #expect(outage.failed(full, at: at(2000)) == .continues(full))
    let other = OTLPFileError("x", "the folder doesn't exist")
    #expect(outage.failed(other, at: at(3000)) == .began(other))
    #expect(outage.failure == other)
    #expect(outage.written(at: at(5000)) == .ended(after: .seconds(4)))
    #expect(outage.nextAttempt == nil && outage.failure == nil)
    #expect(outage.failed(full, at: at(6000)) == .began(full))
    #expect(outage.nextAttempt == at(6100))
  }

  @Test func aFlushTriesAtOnceAndThenSoonAgain() {
    var outage = FileOutage()
    outage.expedite(at: at(0))
    #expect(outage.nextAttempt == nil)
    for _ in 0..<6 { _ = outage.failed(full, at: at(0)) }
    outage.expedite(at: at(10))
    #expect(outage.nextAttempt == at(10))
    _ = outage.failed(full, at: at(10))
    #expect(outage.nextAttempt == at(110))
  }
}

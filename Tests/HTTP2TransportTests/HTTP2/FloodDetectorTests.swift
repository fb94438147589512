import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

private func at(_ seconds: Double) -> MonotonicInstant { .init(nanoseconds: Int64(seconds * 1e9)) }

@Suite(.ownThreads) struct FloodDetectorTests {
  /// Feeds bytes at a rate; after how many it is a flood, nil if not within the time.
  private func flood(
    bytesPerSecond: Int, seconds: Int, progress: (Int) -> UInt64 = { _ in 0 }, body: (Int) -> UInt64 = { _ in 0 }
  ) -> Int? {
    var detector = FloodDetector()
    let step = max(1, bytesPerSecond / 100)
    var total = 0
    for index in 0..<seconds * 100 {
      total += step
      let isSuspicious = detector.bytesReceived(step, progress: progress(index), bodyBytes: body(total))
      if isSuspicious, detector.isFlood(at: at(Double(index) / 100)) { return total }
    }
    return nil
  }

  @Test("a flood is found within 300 KiB at any speed", arguments: [40_000, 1_000_000, 500_000_000])
  func found(rate: Int) throws {
    let bytes = try #require(flood(bytesPerSecond: rate, seconds: 60))
    #expect(bytes >= 2 * FloodDetector.suspicion)
    #expect(bytes <= 300 << 10 || bytes <= rate / 100 * 3)
  }

  @Test("PINGs and SETTINGS of a quiet day are no flood", arguments: [2, 100, 10_000])
  func quiet(rate: Int) { #expect(flood(bytesPerSecond: rate, seconds: 3_600) == nil) }

  @Test("bytes that advance requests are no flood")
  func progress() {
    #expect(flood(bytesPerSecond: 8_000_000, seconds: 60, progress: { UInt64($0) }) == nil)
  }

  @Test(
    "a body in frames of single bytes is a flood, a body in frames of four bytes isn't", arguments: [1, 2, 4, 16_384])
  func body(frame: Int) {
    let bytes = flood(bytesPerSecond: 8_000_000, seconds: 60, body: { UInt64($0 / (9 + frame) * frame) })
    #expect((bytes != nil) == (frame < 3))
  }
}

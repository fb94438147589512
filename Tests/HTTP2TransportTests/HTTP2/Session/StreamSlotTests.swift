import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct StreamSlotTests {
  @Test("the fate of a request follows from the part that was written")
  func fates() {
    var slot = StreamSlot()
    slot.bodyCount = 40_000
    #expect(slot.fate(written: 0, cut: true, maxFrameBytes: 16_384) == .neverProcessed)
    #expect(slot.fate(written: 0, cut: false, maxFrameBytes: 16_384) == .neverProcessed)
    slot.sent = 39_000  // one more frame may go out, and it ends the request
    #expect(slot.fate(written: 0, cut: true, maxFrameBytes: 16_384) == .neverProcessed)
    #expect(slot.fate(written: 0, cut: false, maxFrameBytes: 16_384) == .unknown)
    slot.sent = 40_000
    slot.dataEnd = 40_100
    slot.isRequestComplete = true
    #expect(slot.fate(written: 40_099, cut: true, maxFrameBytes: 16_384) == .neverProcessed)
    #expect(slot.fate(written: 40_099, cut: false, maxFrameBytes: 16_384) == .unknown)
    #expect(slot.fate(written: 40_100, cut: true, maxFrameBytes: 16_384) == .unknown)
  }
}

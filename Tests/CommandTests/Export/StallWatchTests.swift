import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct StallWatchTests {
  @Test func aStallIsATimeWithoutDeliveryWhileSpansWait() {
    let start = MonotonicInstant.system
    var watch = StallWatch(patience: .seconds(10), at: start)
    var ledger = Ledger()
    func stalled(_ seconds: Int, _ isWaiting: Bool = true) -> Bool {
      watch.isStalled(ledger, isWaiting: isWaiting, at: start + .seconds(seconds))
    }
    #expect(!stalled(0))
    #expect(!stalled(9))
    // Spans still enter the queue.
    ledger.ended = 5
    #expect(!stalled(12))
    #expect(!stalled(21))
    ledger.exported = 1
    #expect(!stalled(22))
    // No span waits.
    #expect(!stalled(60, false))
    #expect(!stalled(69))
    #expect(stalled(70))
    ledger.exported = 2
    #expect(!stalled(71))
    // Spans enter the queue only in place of dropped spans.
    ledger.ended = 6
    #expect(!stalled(80))
    ledger.ended = 7
    ledger.dropped = [.unreachable: 1]
    #expect(stalled(81))
  }
}

import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct TraceBoardTests {
  private let start = MonotonicInstant.system

  private func spans(_ trace: UInt64, _ ids: Range<UInt64>, padding: Int = 0) -> [SpanData] {
    ids.map {
      SpanData(
        traceID: TraceID(high: 0, low: trace), spanID: SpanID($0), name: String(repeating: "x", count: padding),
        startTimeUnixNano: 0, endTimeUnixNano: 1)
    }
  }

  private func at(_ milliseconds: Int) -> MonotonicInstant { start + .milliseconds(milliseconds) }

  @Test func aTraceIsReadyWhenNoSpanArrivedForAWhile() {
    var board = TraceBoard()
    board.add(spans(1, 1..<3), at: at(0))
    board.add(spans(2, 1..<2), at: at(100))
    board.add(spans(1, 3..<4), at: at(400))
    #expect(board.takeQuiet(for: .milliseconds(500), at: at(500)).isEmpty)
    let first = board.takeQuiet(for: .milliseconds(500), at: at(600))
    #expect(first.map(\.spans) == [spans(2, 1..<2)])
    let second = board.takeQuiet(for: .milliseconds(500), at: at(900))
    #expect(second.map(\.spans) == [spans(1, 1..<4)])
    #expect(board.takeQuiet(for: .zero, at: at(9000)).isEmpty)
  }

  @Test func lateSpansMakeTheWholeTraceReadyAgain() {
    var board = TraceBoard()
    board.add(spans(1, 1..<3), at: at(0))
    _ = board.takeQuiet(for: .zero, at: at(1))
    board.add(spans(1, 3..<4), at: at(3_600_000))
    let again = board.takeQuiet(for: .zero, at: at(3_600_000))
    #expect(again.map(\.spans) == [spans(1, 1..<4)])
    #expect(again.map(\.known) == [2])
    let discarded = board.takeDiscarded()
    #expect((discarded.traces, discarded.spans) == (0, 0))
  }

  @Test func theTraceWithTheOldestChangeIsDiscarded() {
    var limits = TraceBoard.Limits()
    limits.spans = 10
    var board = TraceBoard(limits: limits)
    board.add(spans(1, 0..<4), at: at(0))
    board.add(spans(2, 0..<4), at: at(1))
    _ = board.takeQuiet(for: .zero, at: at(2))
    // Trace 1 now has the later change.
    board.add(spans(1, 4..<5), at: at(3))
    board.add(spans(3, 0..<4), at: at(4))
    #expect(board.spanCount == 9)
    var discarded = board.takeDiscarded()
    #expect((discarded.traces, discarded.spans) == (1, 0))
    #expect(board.takeQuiet(for: .zero, at: at(5)).map(\.spans.count) == [5, 4])
    // Traces that were never ready count by their spans.
    board.add(spans(4, 0..<8), at: at(6))
    board.add(spans(5, 0..<8), at: at(7))
    discarded = board.takeDiscarded()
    #expect((discarded.traces, discarded.spans) == (2, 8))
    discarded = board.takeDiscarded()
    #expect((discarded.traces, discarded.spans) == (0, 0))
  }

  @Test func oneTraceHasALimit() {
    var limits = TraceBoard.Limits()
    limits.spansOfTrace = 3
    var board = TraceBoard(limits: limits)
    board.add(spans(1, 0..<10), at: at(0))
    let shown = board.takeQuiet(for: .zero, at: at(0))
    #expect(shown.map(\.spans.count) == [3])
    #expect(shown.map(\.omitted) == [7])
    #expect(board.spanCount == 3)
  }

  @Test("the spans of one trace have at most the bytes of all traces")
  func oneTraceHasABoundInBytes() {
    var limits = TraceBoard.Limits()
    limits.bytes = 4096
    var board = TraceBoard(limits: limits)
    for index in UInt64(0)..<200 { board.add(spans(1, index..<index + 1), at: at(0)) }
    #expect(board.byteCount <= 4096 && board.spanCount > 5)
    let shown = board.takeQuiet(for: .zero, at: at(1))
    #expect(shown.map { $0.spans.count + $0.omitted } == [200])
  }

  @Test func spansAndBytesAreBounded() {
    var limits = TraceBoard.Limits()
    limits.spans = 100
    limits.bytes = 50_000
    var board = TraceBoard(limits: limits)
    var random = SeededRandom(seed: 5)
    for time in 0..<5000 {
      let trace = UInt64.random(in: 0..<300, using: &random)
      let count = UInt64.random(in: 1...4, using: &random)
      board.add(spans(trace, 0..<count, padding: Int.random(in: 0...2000, using: &random)), at: at(time))
      if time % 50 == 0 {
        for shown in board.takeQuiet(for: .milliseconds(20), at: at(time)) {
          #expect(Set(shown.spans.map(\.traceID)).count == 1)
        }
      }
      #expect(board.spanCount <= 104)
      #expect(board.byteCount <= 60_000)
    }
  }
}

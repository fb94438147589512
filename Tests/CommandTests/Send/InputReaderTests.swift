import Glibc
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct InputReaderTests {
  @Test func spansArePassedOnAndProblemsCounted() throws {
    let (descriptor, writer) = try makePipe()
    defer { close(descriptor) }
    let spans = StandardWorkload().spans(0..<3)
    let text = OTLPJSON.encode(spans) + "\nbad\n{}\n{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}]}]}]}"
    #expect(write(writer, text, text.utf8.count) == text.utf8.count)
    close(writer)
    let taken = Mutex<[SpanData]>([])
    let printed = Mutex<[String]>([])
    let reader = InputReader(
      ByteSource(descriptor: descriptor, pieceSize: 100),
      problems: InputProblemLog { line in printed.withLock { $0.append(line) } }, isStopped: { false }
    ) { span in taken.withLock { $0.append(span) } }
    reader.run()
    #expect(taken.withLock { $0 } == spans)
    let result = reader.result
    #expect((result.documents, result.bad, result.spans) == (4, 1, 3))
    #expect(result.skipped == .init(logRecords: 1))
    #expect(result.isComplete && result.failure == nil && !reader.isWaiting)
    #expect(
      printed.withLock { $0 } == [
        "line 2: a value is expected, at byte 0", "line 3: nothing to send: it holds no spans",
      ])
    #expect(result.shortfalls("x").map(\.code) == [.badData, .badData])
  }
}

import Glibc
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct InputReaderTests {
  @Test func itemsOfAllSignalsArePassedOnAndProblemsCounted() throws {
    let (descriptor, writer) = try makePipe()
    defer { close(descriptor) }
    let spans = StandardWorkload().spans(0..<3)
    let records = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"e"},{}]}]}]}"#
    let metrics = #"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a"},{"name":"b"}]}]}]}"#
    let profiles = #"{"resourceProfiles":[{"scopeProfiles":[{"profiles":[{}]}]}]}"#
    let text = [OTLPJSON.encode(spans), "bad", "{}", records, metrics, profiles].joined(separator: "\n")
    #expect(write(writer, text, text.utf8.count) == text.utf8.count)
    close(writer)
    let taken = Mutex<[SpanData]>([])
    let names = Mutex<[[String]]>([])
    let printed = Mutex<[String]>([])
    let reader = InputReader(
      ByteSource(descriptor: descriptor, pieceSize: 100),
      problems: InputProblemLog { line in printed.withLock { $0.append(line) } }, isStopped: { false },
      takeSpan: { span in taken.withLock { $0.append(span) } },
      takeLogRecord: { record in names.withLock { $0.append([record.eventName]) } },
      takeMetrics: { metrics in names.withLock { $0.append(metrics.map(\.name)) } })
    reader.run()
    #expect(taken.withLock { $0 } == spans)
    let result = reader.result
    #expect((result.documents, result.bad, result.spans) == (6, 1, 3))
    #expect((result.logRecords, result.metrics, result.profiles) == (2, 2, 1))
    #expect(names.withLock { $0 } == [["e"], [""], ["a", "b"]])
    #expect(result.isComplete && result.failure == nil && !reader.isWaiting)
    #expect(
      printed.withLock { $0 } == [
        "line 2: a value is expected, at byte 0", "line 3: nothing to send: it holds no items",
      ])
    #expect(result.shortfalls("x").map(\.code) == [.badData, .badData])
  }
}

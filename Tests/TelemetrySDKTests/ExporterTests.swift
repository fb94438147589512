import Glibc
import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct ExporterTests {
  private static let span = SpanData(
    traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), parentSpanID: SpanID(4), name: "GET \u{1B}[31m/",
    kind: .server, startTimeUnixNano: 1_700_000_000_123_456_789, endTimeUnixNano: 1_700_000_000_125_000_000,
    attributes: ["http.request.method": "GET", "n": 3, "list": ["a", true]], status: .error("no\nway"),
    resource: Resource(["service.name": "shop"]), scope: InstrumentationScope(name: "lib", version: "1"))

  @Test func inMemoryKeepsWhatItGets() async {
    let exporter = InMemorySpanExporter(capacity: 2)
    for _ in 0..<3 { _ = await exporter.export([Self.span], deadline: .never) }
    #expect(exporter.items == [Self.span, Self.span])
    exporter.reset()
    #expect(exporter.items.isEmpty)
    await exporter.shutdown(deadline: .never)
    let outcome = await exporter.export([Self.span], deadline: .never).resolved(count: 1)  // 4.8.4
    #expect(outcome.dropped == [.exporterFailed: 1] && exporter.items.isEmpty)
  }

  @Test func consoleWritesForAPerson() async throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let exporter = ConsoleExporter(descriptor: ends[1])
    let outcome = await exporter.export([Self.span], deadline: .after(Loopback.patience)).resolved(count: 1)
    close(ends[1])
    defer { close(ends[0]) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(ends[0], &buffer, buffer.count)
    let text = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    #expect(outcome.exported == 1)
    #expect(text.hasPrefix("GET  [31m/  server  1.543 ms  error: no way\n"))
    #expect(text.contains("start 2023-11-14T22:13:20.123456789Z  scope lib 1"))
    #expect(text.contains("  list = [a, true]\n") && text.contains("resource service.name = shop"))
    #expect(text.contains("trace 00000000000000010000000000000002  span 0000000000000003  parent 0000000000000004"))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }

  @Test("a reader that stops reading costs the export its deadline, no more")
  func consoleStalled() async throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let exporter = ConsoleExporter(descriptor: ends[1])
    let batch = [SpanData](repeating: Self.span, count: 1000)
    let outcome = await exporter.export(batch, deadline: .after(.milliseconds(50))).resolved(count: 1000)
    #expect(outcome.dropped == [.exporterFailed: 1000])
  }

  @Test("a closed descriptor is a failure with the reason, not a signal")
  func consoleClosed() async {
    let outcome = await ConsoleExporter(descriptor: 999).export([Self.span], deadline: .after(Loopback.patience))
    #expect(outcome.error != nil && outcome.resolved(count: 1).exported == 0)
  }

  @Test("the simple processor exports each item at once, one after the other (4.6.7)")
  func simple() throws {
    let exporter = ScriptedExporter(maxConcurrentExports: 4) { _, _ in
      await TelemetryLoop.current?.sleep(.milliseconds(10))
      return .success
    }
    try onVirtualLoop { loop in
      let processor = SimpleProcessor(exporter: exporter, loop: loop)
      processor.onEnd(Thing(number: 0))
      await loop.sleep(.milliseconds(1))
      #expect(exporter.batches == [[0]])
      for number in 1..<20 { processor.onEnd(Thing(number: number)) }
      let flush = await processor.forceFlush(within: .seconds(10))
      #expect(flush.isDelivered && flush.ledger.exports == 20)
      let ledger = await processor.shutdown(within: .seconds(1)).ledger
      #expect(ledger.exported == 20 && ledger.isBalanced)
    }
    #expect(exporter.numbers == Array(0..<20) && exporter.maxRunning == 1)
  }

  @Test("an exporter's places may become fewer and more; what has none stays in the queue")
  func changingConcurrency() throws {
    let exporter = ScriptedExporter(maxConcurrentExports: 1) { _, _ in
      await TelemetryLoop.current?.sleep(.milliseconds(100))
      return .success
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.maxExportBatchSize = 10 }, loop: loop)
      for number in 0..<200 { processor.onEnd(Thing(number: number)) }
      for (places, inFlight) in [(4, 10), (2, 40), (3, 20), (0, 30), (5, 10)] {
        await loop.sleep(.milliseconds(50))
        #expect(processor.ledger.inFlight == inFlight)
        exporter.state.withLock { $0.places = places }
        await loop.sleep(.milliseconds(50))
      }
      #expect(await processor.shutdown(within: .seconds(10)).ledger.exported == 200)
    }
  }

  @Test("a flush or shutdown that has something to wait for tells the exporter, once", arguments: [true, false])
  func hurry(isShutdown: Bool) throws {
    let exporter = ScriptedExporter { _, _ in
      await TelemetryLoop.current?.sleep(.seconds(1))
      return .success
    }
    try onVirtualLoop { loop in
      let processor = try BatchProcessor(exporter: exporter, loop: loop)
      _ = await processor.forceFlush(within: .seconds(1))
      #expect(exporter.hurries == [])
      processor.onEnd(Thing(number: 0))
      let end = Deadline(loop.now + .seconds(8))
      let report =
        isShutdown ? await processor.shutdown(within: .seconds(8)) : await processor.forceFlush(within: .seconds(8))
      #expect(report.isDelivered)
      #expect(exporter.hurries.count == 1)
      #expect(exporter.hurries.allSatisfy { $0 <= end && $0 > Deadline(loop.now + .seconds(6)) })
      _ = await processor.shutdown(within: .zero)
    }
  }

  @Test("items that an exporter lets go of are freed while it waits, and still count")
  func batchesAreHandedOver() throws {
    final class Body: Sendable {}
    struct Heavy: BatchItem {
      let body: Body
      let encodedSizeBound = 100
      static var metricsItem: SelfMetrics.Item { .span }
    }
    struct Slow: Exporter {
      let encoded = Promise<Void>()

      func export(_ batch: consuming [Heavy], deadline: Deadline) async -> ExportOutcome {
        _ = consume batch
        encoded.fulfil(())
        await TelemetryLoop.current?.sleep(.seconds(1))
        return .success
      }
    }
    try onVirtualLoop { loop in
      let exporter = Slow()
      let processor = try BatchProcessor(
        exporter: exporter, configuration: .init { $0.scheduleDelay = .zero }, loop: loop)
      var body: Body? = Body()
      weak let watched = body
      processor.onEnd(Heavy(body: body!))
      body = nil
      #expect(watched != nil)
      await exporter.encoded.value
      #expect(watched == nil)
      #expect(processor.ledger.inFlight == 1 && processor.bytesHeld == 100)
      #expect(await processor.shutdown(within: .seconds(5)).ledger.exported == 1)
    }
  }
}

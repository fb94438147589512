import Glibc
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct ConsoleExporterTests {
  @Test func writesReadableText() async throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let exporter = ConsoleSpanExporter(descriptor: ends[1])
    let outcome = await exporter.export([SpanData.example], deadline: .after(Loopback.patience)).resolved(count: 1)
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

  @Test("an export to a reader that doesn't read fails at its deadline")
  func consoleStalled() async throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let exporter = ConsoleSpanExporter(descriptor: ends[1])
    let batch = SpanBatch(repeatElement(SpanData.example, count: 1000))
    let outcome = await exporter.export(batch, deadline: .after(.milliseconds(50))).resolved(count: 1000)
    #expect(outcome.dropped == [.exporterFailed: 1000])
  }

  @Test("a closed descriptor fails the export with an error, without a signal")
  func consoleClosed() async {
    let outcome = await ConsoleSpanExporter(descriptor: 999).export(
      [SpanData.example], deadline: .after(Loopback.patience))
    #expect(outcome.error != nil && outcome.resolved(count: 1).exported == 0)
  }
}

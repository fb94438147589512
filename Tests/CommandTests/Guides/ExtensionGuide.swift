import SwiftOTLP
import Synchronization
import TestThreads
import Testing

// The code of the pages "Writing an exporter" and "Writing a processor", with tests that use it.

final class Destination: Sendable {
  struct Full: Error {}

  let lines = Mutex<[String]>([])
  let capacity: Int

  init(capacity: Int = .max) { self.capacity = capacity }

  func write(_ line: String) async throws {
    try lines.withLock { lines in
      guard lines.count < capacity else { throw Full() }
      lines.append(line)
    }
  }

  func close() async { lines.withLock { $0.append("closed") } }
}

struct LineExporter: SpanExporter {
  let destination: Destination

  func export(_ batch: SpanBatch, deadline: Deadline) async -> ExportOutcome {
    var written = 0
    do {
      for span in batch {
        try await destination.write("\(span.traceID) \(span.name)\n")
        written += 1
      }
      return .success
    } catch {
      return ExportOutcome(
        exported: written, dropped: [.exporterFailed: batch.count - written], attempts: 1, error: error)
    }
  }

  func shutdown(deadline: Deadline) async { await destination.close() }
}

private struct SpanSender {
  func send(_ request: Int) async {}
}

private func suppressed(_ client: SpanSender, _ request: Int) async {
  await TraceContext.withRecordingSuppressed {
    await client.send(request)
  }
}

private func provider(_ destination: Destination) throws -> TracerProvider {
  let processor = try BatchSpanProcessor(exporter: LineExporter(destination: destination))
  let provider = try TracerProvider(resource: Resource(["service.name": "checkout"]), processors: [processor])
  return provider
}

struct TenantProcessor: SpanProcessor {
  func onStart(_ span: RecordingSpan, parent: TraceContext) {
    if let tenant = parent.baggage["tenant"] { span.setAttribute("tenant", tenant) }
  }

  func onEnd(_ span: RecordingSpan) {}
}

struct SlowSpanMarker: SpanProcessor {
  let limit: UInt64
  var needsOnEnding: Bool { true }

  func onEnding(_ span: RecordingSpan) {
    guard let data = span.data, data.endTimeUnixNano >= data.startTimeUnixNano else { return }
    if data.endTimeUnixNano - data.startTimeUnixNano > limit { span.setAttribute("slow", true) }
  }

  func onEnd(_ span: RecordingSpan) {}
}

struct RouteFilter<Next: SpanProcessor>: SpanProcessor {
  let hidden: Set<String>
  let next: Next

  func onStart(_ span: RecordingSpan, parent: TraceContext) { next.onStart(span, parent: parent) }

  func onEnd(_ span: RecordingSpan) {
    if case .string(let route)? = span.attribute("http.route"), hidden.contains(route) { return }
    next.onEnd(span)
  }

  func forceFlush(within limit: Duration) async -> FlushReport { await next.forceFlush(within: limit) }
  func shutdown(within limit: Duration) async -> FlushReport { await next.shutdown(within: limit) }
}

private func provider(_ batchProcessor: BatchSpanProcessor, _ resource: Resource) throws -> TracerProvider {
  let processors: [any SpanProcessor] = [
    TenantProcessor(), SlowSpanMarker(limit: 1_000_000_000), RouteFilter(hidden: ["/healthz"], next: batchProcessor),
  ]
  let provider = try TracerProvider(resource: resource, processors: processors)
  return provider
}

@Suite(.ownThreads) struct ExtensionGuideTests {
  @Test func theExporterCountsWhatItHasWritten() async throws {
    let destination = Destination(capacity: 3)
    let provider = try provider(destination)
    for number in 0..<5 { provider.tracer("test").startSpan("\(number)").end() }
    let ledger = await provider.shutdown(within: .seconds(30)).ledger
    #expect(ledger.exported == 3 && ledger.dropped == [.exporterFailed: 2] && ledger.isBalanced)
    #expect(destination.lines.withLock { $0.count == 4 && $0[0].hasSuffix(" 0\n") && $0[3] == "closed" })
  }

  @Test func theProcessorsAddMarkAndFilter() async throws {
    let exporter = InMemorySpanExporter()
    let provider = try provider(BatchSpanProcessor(exporter: exporter), Resource(["service.name": "test"]))
    let tracer = provider.tracer("test")
    let parent = TraceContext(.invalid, baggage: ["tenant": "acme"])
    for (route, end) in [("/users", UInt64(5)), ("/healthz", 6), ("/slow", 2_000_000_000)] {
      let attributes: Attributes = ["http.route": .string(route)]
      tracer.startSpan(route, parent: parent, attributes: attributes, at: 1).end(at: end)
    }
    #expect(await provider.shutdown(within: .seconds(30)).ledger.exported == 2)
    #expect(exporter.items.map(\.name) == ["/users", "/slow"])
    #expect(exporter.items.map { $0.attributes["slow"] } == [nil, true])
    #expect(exporter.items.allSatisfy { $0.attributes["tenant"] == "acme" })
  }

  @Test func theSamplerDropsHealthChecks() throws {
    let provider = try TracerProvider(
      resource: .empty, sampler: HealthCheckSampler(other: AlwaysOnSampler()), processors: [TenantProcessor()])
    #expect(!provider.tracer("test").startSpan("a", attributes: ["http.route": "/healthz"]).isRecording)
    #expect(provider.tracer("test").startSpan("a", attributes: ["http.route": "/"]).isRecording)
  }

  @Test func theCarrierTakesContexts() {
    var message = Message()
    let context = TraceContext(SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3)))
    CompositePropagator.standard.inject(context, into: &message, using: MessageTextMap())
    let found = CompositePropagator.standard.extract(from: message, into: TraceContext(), using: MessageTextMap())
    #expect(found.spanContext.spanID == SpanID(3))
  }
}

import TelemetrySDK
import Testing

/// A provider whose spans end in memory, and whose ledger must be balanced.
struct Pipeline {
  let exporter = InMemorySpanExporter()
  let processor: BatchSpanProcessor
  let provider: TracerProvider
  let tracer: TelemetryTracer

  init(
    before: any SpanProcessor..., after: any SpanProcessor..., limits: (inout SpanLimits) -> Void = { _ in },
    diagnostics: Diagnostics = .silent
  ) throws {
    var configuration = BatchConfiguration()
    configuration.maxQueueBytes = 256 << 20
    processor = try BatchSpanProcessor(
      exporter: exporter, configuration: configuration, diagnostics: diagnostics)
    var spanLimits = SpanLimits()
    limits(&spanLimits)
    provider = try TracerProvider(
      resource: Resource(["service.name": "test"]), limits: spanLimits, processors: before + [processor] + after,
      diagnostics: diagnostics)
    tracer = provider.tracer("test")
  }

  /// Ends the provider, expects the ledger's law with `ended` spans, and returns what was exported.
  func finish(ended: Int, sourceLocation: SourceLocation = #_sourceLocation) async -> [SpanData] {
    let report = await provider.shutdown(within: .seconds(60))
    let ledger = processor.ledger
    #expect(report.isComplete && ledger.isBalanced, "\(ledger)", sourceLocation: sourceLocation)
    #expect(ledger.ended == ended && ledger.exported == ended, "\(ledger)", sourceLocation: sourceLocation)
    #expect(exporter.items.count == ended, sourceLocation: sourceLocation)
    return exporter.items
  }
}

/// Calls `body` on several threads at once, and waits for all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async {
  await withTaskGroup(of: Void.self) { group in
    let ready = Counter()
    for number in 0..<count {
      group.addTask {
        // No thread starts before all are there.
        ready.increment()
        while ready.value < count {}
        body(number)
      }
    }
  }
}

// The smallest program that exports a span. Its size is the size that the exporter adds to a program.
import OTLPGRPC

let processor = try BatchSpanProcessor(exporter: OTLPGRPCExporter(.init(endpoint: "http://localhost:4317")))
processor.onEnd(
  SpanData(
    traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), name: "hello", startTimeUnixNano: 1, endTimeUnixNano: 2,
    resource: Resource(["service.name": "hello"])))
print(await processor.shutdown(within: .seconds(5)).ledger)

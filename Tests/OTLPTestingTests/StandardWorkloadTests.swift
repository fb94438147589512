import OTLPTesting
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct StandardWorkloadTests {
  @Test("a tracer's span has what the finished span has, but the times and the span's id", arguments: [0, 6, 7, 1234])
  func tracedSpan(_ index: Int) throws {
    let provider = try TracerProvider(
      resource: StandardWorkload.resource, processors: [SimpleSpanProcessor(exporter: InMemorySpanExporter())])
    let tracer = provider.tracer(StandardWorkload.scope.name, version: StandardWorkload.scope.version)
    let workload = StandardWorkload(seed: 7, startTimeUnixNano: 1)
    let span = workload.start(index, tracer)
    span.setStatus(workload.status(index))
    span.end()
    let (traced, finished) = (try #require(span.data), workload.span(index))
    #expect(traced.attributes == finished.attributes && traced.name == finished.name && traced.kind == finished.kind)
    #expect(traced.traceID == finished.traceID && traced.parentSpanID == finished.parentSpanID)
    #expect(traced.events.map(\.name) == finished.events.map(\.name))
    #expect(traced.events.map(\.attributes) == finished.events.map(\.attributes))
    #expect(traced.links.map(\.spanID) == finished.links.map(\.spanID) && traced.status == finished.status)
    #expect(traced.links.map(\.traceID) == finished.links.map(\.traceID))
    #expect(traced.resource == finished.resource && traced.scope == finished.scope)
  }
}

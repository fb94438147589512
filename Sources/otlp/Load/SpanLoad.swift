internal import OTLPTesting
package import TelemetrySDK

/// Spans of the standard workload in the load's shape.
package struct SpanLoad: LoadSource {
  private let plan: LoadPlan
  private let workload: StandardWorkload
  private let resource: Resource
  private let processor: BatchSpanProcessor
  /// nil for spans that are made without a tracer.
  private let tracer: TelemetryTracer?

  package init(_ plan: LoadPlan, _ processor: BatchSpanProcessor) throws(ConfigurationError) {
    self.plan = plan
    self.processor = processor
    resource = plan.shape.resource
    tracer =
      plan.usesTracer
      ? try TracerProvider(resource: resource, processors: [processor])
        .tracer(StandardWorkload.scope.name, version: StandardWorkload.scope.version) : nil
    workload = StandardWorkload(
      seed: .random(in: .min ... .max), startTimeUnixNano: Process.wallClockNanoseconds)
  }

  package var groupSize: Int { plan.shape.traceSize }

  package func end(_ indices: Range<Int>, isStopped: () -> Bool) {
    if let tracer {
      record(indices, tracer, isStopped)
    } else if plan.shape.isStandard {
      processor.onEnd(workload.span(indices.lowerBound, startTimeUnixNano: Process.wallClockNanoseconds))
    } else {
      endTrace(indices, isStopped)
    }
  }

  /// Ends the spans of a trace. The first is the root and ends last.
  private func endTrace(_ indices: Range<Int>, _ isStopped: () -> Bool) {
    let root = workload.span(indices.lowerBound, startTimeUnixNano: Process.wallClockNanoseconds)
    for index in indices.reversed() where !isStopped() {
      var span = index == indices.lowerBound ? root : workload.span(index, startTimeUnixNano: root.startTimeUnixNano)
      plan.shape.shape(&span, index: index, root: root, resource: resource)
      processor.onEnd(span)
    }
  }

  /// Records the spans of a trace with the tracer. The first is the root and ends last.
  private func record(_ indices: Range<Int>, _ tracer: TelemetryTracer, _ isStopped: () -> Bool) {
    let first = indices.lowerBound
    let root = workload.start(first, tracer, parent: indices.count > 1 ? TraceContext() : nil)
    for index in indices.dropFirst() where !isStopped() {
      let child = workload.start(index, tracer, parent: TraceContext(root, in: TraceContext()))
      plan.shape.shape(child, index: index, standard: workload.status(index))
      child.end()
    }
    plan.shape.shape(root, index: first, standard: workload.status(first))
    root.end()
  }
}

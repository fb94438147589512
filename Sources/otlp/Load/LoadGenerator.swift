internal import OTLPTesting
internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// Threads that generate and end spans of the standard workload with current times and unique ids.
package final class LoadGenerator: Sendable {
  package let plan: LoadPlan
  private let workload: StandardWorkload
  private let resource: Resource
  private let processor: BatchSpanProcessor
  /// nil for spans that are made without a tracer.
  private let tracer: TelemetryTracer?
  private let next = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let start = MonotonicInstant.system

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

  /// The number of threads that have not ended.
  package var running: Int { working.load(ordering: .acquiring) }

  /// Starts the threads. Each thread calls `onEnd` at the end.
  package func run(onEnd: @escaping @Sendable () -> Void) throws(SystemError) {
    working.store(plan.workers, ordering: .relaxed)
    for worker in 0..<plan.workers {
      try ThreadSystem.start(name: "otlp-load-\(worker)", stackSize: 1 << 20) { [self] in
        work()
        working.subtract(1, ordering: .releasing)
        onEnd()
      }
    }
  }

  /// Makes the threads end after their present span.
  package func stop() { isStopped.store(true, ordering: .relaxed) }

  private func work() {
    let limit = plan.spans ?? .max
    let end = plan.duration.map { start + $0 }
    while !isStopped.load(ordering: .relaxed) {
      if plan.rate != nil || end != nil {
        let now = MonotonicInstant.system
        if let end, now >= end { return }
        if let allowed = plan.allowed(after: now - start), next.load(ordering: .relaxed) >= min(allowed, limit) {
          if next.load(ordering: .relaxed) >= limit { return }
          Process.sleep(.milliseconds(1))
          continue
        }
      }
      let size = plan.shape.traceSize
      let index = next.wrappingAdd(size, ordering: .relaxed).oldValue
      guard index < limit else { return }
      if let tracer {
        record(index..<min(index + size, limit), tracer)
      } else if plan.shape.isStandard {
        processor.onEnd(workload.span(index, startTimeUnixNano: Process.wallClockNanoseconds))
      } else {
        endTrace(index..<min(index + size, limit))
      }
    }
  }

  /// Ends the spans of a trace. The first is the root and ends last.
  private func endTrace(_ indices: Range<Int>) {
    let root = workload.span(indices.lowerBound, startTimeUnixNano: Process.wallClockNanoseconds)
    for index in indices.reversed() where !isStopped.load(ordering: .relaxed) {
      var span = index == indices.lowerBound ? root : workload.span(index, startTimeUnixNano: root.startTimeUnixNano)
      plan.shape.shape(&span, index: index, root: root, resource: resource)
      processor.onEnd(span)
    }
  }

  /// Records the spans of a trace with the tracer. The first is the root and ends last.
  private func record(_ indices: Range<Int>, _ tracer: TelemetryTracer) {
    let first = indices.lowerBound
    let root = workload.start(first, tracer, parent: indices.count > 1 ? TraceContext() : nil)
    for index in indices.dropFirst() where !isStopped.load(ordering: .relaxed) {
      let child = workload.start(index, tracer, parent: TraceContext(root, in: TraceContext()))
      plan.shape.shape(child, index: index, standard: workload.status(index))
      child.end()
    }
    plan.shape.shape(root, index: first, standard: workload.status(first))
    root.end()
  }

  /// True if the plan is fulfilled.
  package var isDone: Bool {
    if let spans = plan.spans, next.load(ordering: .relaxed) >= spans { return true }
    return plan.duration.map { MonotonicInstant.system - start >= $0 } ?? false
  }
}

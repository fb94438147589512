internal import OTLPTesting
internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// How much load is made, and how fast.
package struct LoadPlan: Sendable {
  /// The most spans; nil for no limit.
  package var spans: Int?
  /// How long; nil for no limit.
  package var duration: Duration?
  /// Spans a second of all workers together; nil for as fast as it goes.
  package var rate: Int?
  /// Threads that make spans.
  package var workers = 1
  /// What the spans look like.
  package var shape = LoadShape()

  package init() {}

  /// How many spans may have been made `elapsed` after the start; nil if the rate sets no limit.
  package func allowed(after elapsed: Duration) -> Int? {
    guard let rate else { return nil }
    // The first span is due at once. A day at the highest rate is far below the largest integer.
    return Int(min(elapsed.inSeconds * Double(rate), 1e15)) + 1
  }
}

/// Threads that make spans of the standard workload, with current times and ids of their own, and end them.
package final class LoadGenerator: Sendable {
  package let plan: LoadPlan
  private let workload: StandardWorkload
  private let resource: Resource
  private let processor: BatchSpanProcessor
  private let next = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let start = MonotonicInstant.system

  package init(_ plan: LoadPlan, _ processor: BatchSpanProcessor) {
    self.plan = plan
    self.processor = processor
    resource = plan.shape.resource
    workload = StandardWorkload(
      seed: SystemRandomNumberGenerator.seed(), startTimeUnixNano: Process.wallClockNanoseconds)
  }

  /// How many threads have not ended.
  package var running: Int { working.load(ordering: .acquiring) }

  /// Starts the threads; each calls `onEnd` when it has nothing more to do.
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

  /// Has the threads end after the span that they are at.
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
      if plan.shape.isStandard {
        processor.onEnd(workload.span(index, startTimeUnixNano: Process.wallClockNanoseconds))
      } else {
        endTrace(index..<min(index + size, limit))
      }
    }
  }

  /// The spans of one trace, of which the first is the root and ends last.
  private func endTrace(_ indices: Range<Int>) {
    let root = workload.span(indices.lowerBound, startTimeUnixNano: Process.wallClockNanoseconds)
    for index in indices.reversed() where !isStopped.load(ordering: .relaxed) {
      var span = index == indices.lowerBound ? root : workload.span(index, startTimeUnixNano: root.startTimeUnixNano)
      plan.shape.shape(&span, index: index, root: root, resource: resource)
      processor.onEnd(span)
    }
  }

  /// Whether all spans were made that were asked for.
  package var isDone: Bool {
    if let spans = plan.spans, next.load(ordering: .relaxed) >= spans { return true }
    return plan.duration.map { MonotonicInstant.system - start >= $0 } ?? false
  }
}

extension SystemRandomNumberGenerator {
  fileprivate static func seed() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}

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

  package init() {}

  /// How many spans may have been made `elapsed` after the start; nil if the rate sets no limit.
  package func allowed(after elapsed: Duration) -> Int? {
    guard let rate else { return nil }
    // The first span is due at once.
    return Int(elapsed.inSeconds * Double(rate)) + 1
  }
}

/// Threads that make spans of the standard workload, with current times and ids of their own, and end them.
package final class LoadGenerator: Sendable {
  package let plan: LoadPlan
  private let workload: StandardWorkload
  private let processor: BatchSpanProcessor
  private let next = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let start = MonotonicInstant.system

  package init(_ plan: LoadPlan, _ processor: BatchSpanProcessor) {
    self.plan = plan
    self.processor = processor
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
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < limit else { return }
      processor.onEnd(workload.span(index, startTimeUnixNano: Process.wallClockNanoseconds))
    }
  }
}

extension SystemRandomNumberGenerator {
  fileprivate static func seed() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}

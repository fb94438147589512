internal import Synchronization
package import TelemetryCore
internal import TelemetrySDK

/// Threads that generate and end items of the standard workload with current times and unique ids.
package final class LoadGenerator: Sendable {
  package let plan: LoadPlan
  private let source: any LoadSource
  private let next = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let start = MonotonicInstant.system

  package init(_ plan: LoadPlan, _ source: any LoadSource) {
    self.plan = plan
    self.source = source
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

  /// Makes the threads end after their present item.
  package func stop() { isStopped.store(true, ordering: .relaxed) }

  private func work() {
    let limit = plan.items ?? .max
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
      let size = source.groupSize
      let index = next.wrappingAdd(size, ordering: .relaxed).oldValue
      guard index < limit else { return }
      source.end(index..<min(index + size, limit)) { self.isStopped.load(ordering: .relaxed) }
    }
  }

  /// True if the plan is fulfilled.
  package var isDone: Bool {
    if let items = plan.items, next.load(ordering: .relaxed) >= items { return true }
    return plan.duration.map { MonotonicInstant.system - start >= $0 } ?? false
  }
}

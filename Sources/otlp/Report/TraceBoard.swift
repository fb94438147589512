internal import Synchronization
internal import TelemetryCore
package import TelemetrySDK

/// Collects the spans of traces, which arrive in any order, until a trace has been quiet for a while.
package final class TraceBoard: Sendable {
  private struct Entry {
    var spans: [SpanData] = []
    var changed: MonotonicInstant
  }

  // A trace that outgrows this is shown in pieces; more spans than that at once nobody reads.
  private static let capacity = 20_000
  private let output: TextOutput
  private let state = Mutex<(order: [TraceID], entries: [TraceID: Entry], skipped: Int)>(([], [:], 0))

  package init(output: TextOutput = .standard) { self.output = output }

  package func add(_ spans: [SpanData]) {
    let now = MonotonicInstant.system
    state.withLock { state in
      for span in spans {
        let held = state.entries.count
        if state.entries[span.traceID] == nil {
          guard held < Self.capacity else {
            state.skipped += 1
            continue
          }
          state.order.append(span.traceID)
        }
        state.entries[span.traceID, default: Entry(changed: now)].changed = now
        if state.entries[span.traceID]?.spans.count ?? 0 < Self.capacity {
          state.entries[span.traceID]?.spans.append(span)
        }
      }
    }
  }

  /// Shows each trace that has been quiet for so long.
  package func show(olderThan quiet: Duration) {
    let now = MonotonicInstant.system
    let (spans, skipped) = state.withLock { state -> ([SpanData], Int) in
      let ready = state.order.filter { id in state.entries[id].map { now - $0.changed >= quiet } ?? true }
      let spans = ready.flatMap { state.entries.removeValue(forKey: $0)?.spans ?? [] }
      let done = Set(ready)
      if !done.isEmpty { state.order.removeAll { done.contains($0) } }
      defer { state.skipped = 0 }
      return (spans, state.skipped)
    }
    if !spans.isEmpty { output.line(Waterfall.text(spans)) }
    if skipped > 0 { output.line("… and \(skipped) spans of further traces") }
  }
}

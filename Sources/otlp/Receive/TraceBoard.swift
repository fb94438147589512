package import TelemetryCore
package import TelemetrySDK

/// Collects the spans of traces, which arrive in any order. A trace is ready when no span has arrived for a while, and
/// again after more spans arrived. The board keeps traces until newer traces need the memory.
package struct TraceBoard {
  package struct Limits: Hashable, Sendable {
    /// The most spans of all traces together.
    package var spans = 50_000
    /// The most bytes of these spans, by their encoded size. A resource counts once for each request.
    package var bytes = 64 << 20
    /// The most spans of a trace.
    package var spansOfTrace = 10_000

    package init() {}
  }

  /// A trace that is ready.
  package struct ReadyTrace: Hashable, Sendable {
    package let spans: [SpanData]
    /// The number of spans that were ready before.
    package let known: Int
    /// The number of spans beyond the limit of a trace.
    package let omitted: Int
  }

  /// The numbers of discarded traces and spans.
  package struct Discarded: Hashable, Sendable {
    /// Traces that were ready before. Their later spans form new traces.
    package var traces = 0
    /// Spans that were never ready.
    package var spans = 0
  }

  private struct Entry {
    var spans: [SpanData] = []
    var bytes = 0
    var omitted = 0
    var shown = 0
    var changed: MonotonicInstant
    /// The turn of the last change.
    var turn: Int
  }

  private let limits: Limits
  private var entries: [TraceID: Entry] = [:]
  /// Traces by their last change, oldest first. A trace that changed again has several elements, of which only that with
  /// the turn of its entry counts.
  private var order: [(id: TraceID, turn: Int)] = []
  private var firstOfOrder = 0
  private var nextTurn = 0
  /// Traces with spans that were never ready.
  private var changed: Set<TraceID> = []
  package private(set) var spanCount = 0
  package private(set) var byteCount = 0
  private var discarded = Discarded()

  package init(limits: Limits = Limits()) { self.limits = limits }

  package mutating func add(_ spans: [SpanData], at now: MonotonicInstant) {
    var resource: Resource?
    for span in spans {
      var size = span.encodedSize ?? 0
      if resource != span.resource {
        resource = span.resource
        size += Self.bytes(span.resource)
      }
      // Without the removal, appending would copy the spans.
      var entry = entries.removeValue(forKey: span.traceID) ?? Entry(changed: now, turn: -1)
      // A trace that is discarded for another one can't make room for its own spans.
      if entry.spans.count < limits.spansOfTrace, entry.bytes + size <= limits.bytes {
        entry.spans.append(span)
        entry.bytes += size
        spanCount += 1
        byteCount += size
      } else {
        entry.omitted += 1
      }
      entry.changed = now
      // The last trace keeps its place, since the spans of a trace mostly arrive together.
      if order.last?.id != span.traceID || entry.turn < 0 {
        entry.turn = nextTurn
        order.append((span.traceID, nextTurn))
        nextTurn += 1
      }
      entries[span.traceID] = entry
      changed.insert(span.traceID)
      if !fits { makeRoom(except: span.traceID) }
    }
  }

  private static func bytes(_ resource: Resource) -> Int {
    SpanData(
      traceID: .invalid, spanID: .invalid, name: "", startTimeUnixNano: 0, endTimeUnixNano: 0,
      attributes: resource.attributes
    ).encodedSize ?? 0
  }

  private var fits: Bool { spanCount <= limits.spans && byteCount <= limits.bytes }

  /// Discards the traces with the oldest changes.
  private mutating func makeRoom(except current: TraceID) {
    while firstOfOrder < order.count {
      let (id, turn) = order[firstOfOrder]
      guard id != current || order.count - firstOfOrder > 1 else { return }
      firstOfOrder += 1
      compact()
      guard id != current, let entry = entries[id], entry.turn == turn else { continue }
      entries[id] = nil
      changed.remove(id)
      spanCount -= entry.spans.count
      byteCount -= entry.bytes
      if entry.shown > 0 { discarded.traces += 1 }
      discarded.spans += entry.spans.count + entry.omitted - entry.shown
      if fits { return }
    }
  }

  private mutating func compact() {
    guard firstOfOrder > 1024, firstOfOrder > order.count / 2 else { return }
    order.removeFirst(firstOfOrder)
    firstOfOrder = 0
  }

  /// Takes the traces with new spans, of which none arrived within `quiet`, in the order of their last change.
  package mutating func takeQuiet(for quiet: Duration, at now: MonotonicInstant) -> [ReadyTrace] {
    let ready = changed.filter { id in entries[id].map { now - $0.changed >= quiet } ?? false }
      .sorted { (entries[$0]?.turn ?? 0) < (entries[$1]?.turn ?? 0) }
    return ready.compactMap { id in
      changed.remove(id)
      guard let entry = entries[id] else { return nil }
      entries[id]?.shown = entry.spans.count + entry.omitted
      return ReadyTrace(
        spans: entry.spans, known: min(entry.shown, entry.spans.count), omitted: entry.omitted)
    }
  }

  /// Takes the numbers since the last call.
  package mutating func takeDiscarded() -> Discarded {
    defer { discarded = Discarded() }
    return discarded
  }
}

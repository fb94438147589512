package import TelemetryCore
package import TelemetrySDK

/// Collects the spans of traces, which arrive in any order. A trace is shown when it has been quiet for a while, and again
/// whenever more of its spans come: it is kept until others need its place.
package struct TraceBoard {
  package struct Limits: Hashable, Sendable {
    /// Spans of all traces that are kept.
    package var spans = 50_000
    /// Their bytes, as they would be on the wire, about; resources are counted with each request.
    package var bytes = 64 << 20
    /// Spans of one trace that are kept.
    package var spansOfTrace = 10_000

    package init() {}
  }

  /// A trace that is to be shown.
  package struct Shown: Hashable, Sendable {
    package let spans: [SpanData]
    /// How many of them were shown before.
    package let known: Int
    /// How many more came that were not kept.
    package let omitted: Int
  }

  /// What could not be kept since it was asked for last.
  package struct LetGo: Hashable, Sendable {
    /// Traces that were shown, whose later spans will stand apart.
    package var traces = 0
    /// Spans that were never shown.
    package var spans = 0
  }

  private struct Entry {
    var spans: [SpanData] = []
    var bytes = 0
    var omitted = 0
    var shown = 0
    var changed: MonotonicInstant
    /// Where it stands in the order of change.
    var turn: Int
  }

  private let limits: Limits
  private var entries: [TraceID: Entry] = [:]
  /// Traces by their last change, oldest first; a trace that changed again stands in it twice, and only the turn that its
  /// entry names counts.
  private var order: [(id: TraceID, turn: Int)] = []
  private var firstOfOrder = 0
  private var nextTurn = 0
  /// Traces that have something new.
  private var changed: Set<TraceID> = []
  private var spanCount = 0
  private var byteCount = 0
  private var letGo = LetGo()

  package init(limits: Limits = Limits()) { self.limits = limits }

  package mutating func add(_ spans: [SpanData], at now: MonotonicInstant) {
    var resource: Resource?
    for span in spans {
      var size = span.encodedSizeBound
      if resource != span.resource {
        resource = span.resource
        size += Self.bytes(span.resource)
      }
      // Taken out, so that appending doesn't copy its spans.
      var entry = entries.removeValue(forKey: span.traceID) ?? Entry(changed: now, turn: -1)
      if entry.spans.count < limits.spansOfTrace {
        entry.spans.append(span)
        entry.bytes += size
        spanCount += 1
        byteCount += size
      } else {
        entry.omitted += 1
      }
      entry.changed = now
      // Spans of one trace mostly come together, which needs no new place.
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
    ).encodedSizeBound
  }

  private var fits: Bool { spanCount <= limits.spans && byteCount <= limits.bytes }

  /// Forgets the traces that changed the longest ago.
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
      if entry.shown > 0 { letGo.traces += 1 }
      letGo.spans += entry.spans.count + entry.omitted - entry.shown
      if fits { return }
    }
  }

  private mutating func compact() {
    guard firstOfOrder > 1024, firstOfOrder > order.count / 2 else { return }
    order.removeFirst(firstOfOrder)
    firstOfOrder = 0
  }

  /// Each trace with something new that has been quiet for so long, in the order in which they were last heard of.
  package mutating func takeQuiet(for quiet: Duration, at now: MonotonicInstant) -> [Shown] {
    let ready = changed.filter { id in entries[id].map { now - $0.changed >= quiet } ?? false }
      .sorted { (entries[$0]?.turn ?? 0) < (entries[$1]?.turn ?? 0) }
    return ready.compactMap { id in
      changed.remove(id)
      guard let entry = entries[id] else { return nil }
      entries[id]?.shown = entry.spans.count + entry.omitted
      return Shown(
        spans: entry.spans, known: min(entry.shown, entry.spans.count), omitted: entry.omitted)
    }
  }

  package mutating func takeLetGo() -> LetGo {
    defer { letGo = LetGo() }
    return letGo
  }

  /// How many spans are kept.
  package var count: Int { spanCount }

  /// Their bytes, about.
  package var bytes: Int { byteCount }
}

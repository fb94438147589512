package import TelemetrySDK

/// The spans of a trace as rows, depth first, children ordered by start; those without a start come last.
package struct TraceTree {
  package struct Row {
    package let span: SpanData
    package let depth: Int
  }

  package private(set) var rows: [Row] = []

  /// A span with a missing parent is a root.
  package init(_ spans: [SpanData]) {
    let ids = Set(spans.map(\.spanID))
    var children: [SpanID: [SpanData]] = [:]
    var roots: [SpanData] = []
    // 0 is a start that isn't set; the subtraction makes it the largest.
    for span in spans.sorted(by: { $0.startTimeUnixNano &- 1 < $1.startTimeUnixNano &- 1 }) {
      if ids.contains(span.parentSpanID), span.parentSpanID != span.spanID {
        children[span.parentSpanID, default: []].append(span)
      } else {
        roots.append(span)
      }
    }
    walk(roots, &children)
    // The remaining spans form cycles.
    for parent in children.keys.sorted(by: { $0.description < $1.description }) {
      walk(children.removeValue(forKey: parent) ?? [], &children)
    }
  }

  private mutating func walk(_ tops: [SpanData], _ children: inout [SpanID: [SpanData]]) {
    var stack = tops.reversed().map { Row(span: $0, depth: 0) }
    while let row = stack.popLast() {
      rows.append(row)
      let below = children.removeValue(forKey: row.span.spanID) ?? []
      stack += below.reversed().map { Row(span: $0, depth: row.depth + 1) }
    }
  }
}

internal import TelemetryCore
package import TelemetrySDK

/// The spans of traces as a person wants to see them: a tree, and when each ran.
package enum Waterfall {
  private static let maxIndent = 20
  private static let maxSpans = 200

  /// One block of lines for each trace, in the order of the first span of each.
  package static func text(_ spans: [SpanData], width: Int = 100) -> String {
    var order: [TraceID] = []
    var traces: [TraceID: [SpanData]] = [:]
    for span in spans {
      if traces[span.traceID] == nil { order.append(span.traceID) }
      traces[span.traceID, default: []].append(span)
    }
    return order.map { trace($0, traces[$0] ?? [], width: max(width, 60)) }.joined(separator: "\n")
  }

  private static func trace(_ id: TraceID, _ spans: [SpanData], width: Int) -> String {
    let start = spans.map(\.startTimeUnixNano).min() ?? 0
    let end = max(start, spans.map(\.endTimeUnixNano).max() ?? start)
    var services: [String] = []
    for span in spans {
      guard case .string(let service)? = span.resource.attributes["service.name"] else { continue }
      if !services.contains(service) { services.append(service) }
    }
    var text = "trace \(id)  \(spans.count) span\(spans.count == 1 ? "" : "s")  \(duration(end - start))"
    if !services.isEmpty { text += "  " + clean(services.prefix(8).joined(separator: ", "), 60) }
    text += "\n"
    let rows = tree(spans)
    let nameWidth = min(max(rows.prefix(maxSpans).map { label($0).count }.max() ?? 0, 12), width / 2)
    for row in rows.prefix(maxSpans) {
      text += line(row, start: start, length: end - start, nameWidth: nameWidth, barWidth: width - nameWidth - 16)
    }
    if rows.count > maxSpans { text += "  … and \(rows.count - maxSpans) more spans\n" }
    return text
  }

  private struct Row {
    let span: SpanData
    let depth: Int
  }

  /// Depth first, children by their start. A span whose parent isn't here stands at the top.
  private static func tree(_ spans: [SpanData]) -> [Row] {
    let ids = Set(spans.map(\.spanID))
    var children: [SpanID: [SpanData]] = [:]
    var roots: [SpanData] = []
    for span in spans.sorted(by: { $0.startTimeUnixNano < $1.startTimeUnixNano }) {
      if ids.contains(span.parentSpanID), span.parentSpanID != span.spanID {
        children[span.parentSpanID, default: []].append(span)
      } else {
        roots.append(span)
      }
    }
    var rows: [Row] = []
    func walk(_ tops: [SpanData]) {
      var stack = tops.reversed().map { Row(span: $0, depth: 0) }
      while let row = stack.popLast() {
        rows.append(row)
        let below = children.removeValue(forKey: row.span.spanID) ?? []
        stack += below.reversed().map { Row(span: $0, depth: row.depth + 1) }
      }
    }
    walk(roots)
    // What is left are spans that are each other's ancestors.
    while let rest = children.first(where: { !$0.value.isEmpty })?.value.first {
      children[rest.parentSpanID]?.removeFirst()
      walk([rest])
    }
    return rows
  }

  private static func label(_ row: Row) -> String {
    String(repeating: "  ", count: min(row.depth, maxIndent)) + clean(row.span.name, 60)
  }

  private static func line(_ row: Row, start: UInt64, length: UInt64, nameWidth: Int, barWidth: Int) -> String {
    let span = row.span
    let spanLength = span.endTimeUnixNano > span.startTimeUnixNano ? span.endTimeUnixNano - span.startTimeUnixNano : 0
    let scale = length > 0 ? Double(barWidth) / Double(length) : 0
    let from = min(Int(Double(span.startTimeUnixNano - start) * scale), barWidth - 1)
    let count = min(max(1, Int((Double(spanLength) * scale).rounded())), barWidth - from)
    let bar = String(repeating: " ", count: from) + String(repeating: "█", count: count)
    let time = duration(spanLength)
    var text = "  " + padded(label(row), nameWidth) + " "
    text += String(repeating: " ", count: max(0, 10 - time.count)) + time + " " + bar
    if span.status.code == .error {
      let message = clean(span.status.message, 60)
      text += message.isEmpty ? " error" : " error: \(message)"
    }
    return text + "\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text.count > width
      ? text.prefix(width - 1) + "…" : text + String(repeating: " ", count: width - text.count)
  }

  private static func clean(_ text: String, _ limit: Int) -> String { Diagnostics.sanitized(text, limit: limit) }

  package static func duration(_ nanoseconds: UInt64) -> String {
    let value = Double(nanoseconds)
    return switch nanoseconds {
    case ..<1_000_000: decimal(value / 1e3, 1) + " µs"
    case ..<1_000_000_000: decimal(value / 1e6, 1) + " ms"
    default: decimal(value / 1e9, 2) + " s"
    }
  }
}

internal import TelemetryCore
package import TelemetrySDK

/// The lines of verbose output for a span: ids, status, attributes, events, links, scope and resource.
package struct SpanDetails {
  /// The number of characters shown of a longer value.
  private static let maxValue = 1000
  private static let maxDepth = 8

  package private(set) var lines: [String] = []

  package init(_ span: SpanData) {
    addHead(span)
    add(span.attributes, indent: "")
    addDropped(span.droppedAttributesCount, "attributes", indent: "")
    for event in span.events {
      lines.append(
        "event \(Self.clean(event.name))  \(Self.offset(event.timeUnixNano, from: span.startTimeUnixNano))")
      add(event.attributes, indent: "  ")
      addDropped(event.droppedAttributesCount, "attributes", indent: "  ")
    }
    addDropped(span.droppedEventsCount, "events", indent: "")
    for link in span.links {
      lines.append("link to \(link.traceID) \(link.spanID)")
      add(link.attributes, indent: "  ")
      addDropped(link.droppedAttributesCount, "attributes", indent: "  ")
    }
    addDropped(span.droppedLinksCount, "links", indent: "")
    addOwners(span)
  }

  /// Kind, times, ids, status and trace state.
  private mutating func addHead(_ span: SpanData) {
    let (start, end) = (span.startTimeUnixNano, span.endTimeUnixNano)
    lines.append("\(span.kind)  \(start == 0 ? "no start time" : TimeOfDay(unixNano: start).text)  span \(span.spanID)")
    if end == 0 {
      lines.append("no end time")
    } else if end < start {
      lines.append("end \(TimeOfDay(unixNano: end).dateText), before the start")
    }
    if span.parentSpanID.isValid { lines.append("parent \(span.parentSpanID)") }
    if span.status.code != .unset {
      let message = span.status.message.isEmpty ? "" : ": \(Self.clean(span.status.message))"
      lines.append("status \(span.status.code)\(message)")
    }
    if !span.traceState.isEmpty { lines.append("trace state \(Self.clean(span.traceState))") }
  }

  /// Scope and resource.
  private mutating func addOwners(_ span: SpanData) {
    if !span.scope.name.isEmpty {
      let version = span.scope.version.isEmpty ? "" : " \(Self.clean(span.scope.version))"
      lines.append("scope \(Self.clean(span.scope.name))\(version)")
      add(span.scope.attributes, indent: "  ")
    }
    if !span.resource.attributes.isEmpty {
      lines.append("resource")
      add(span.resource.attributes, indent: "  ")
    }
  }

  private mutating func add(_ attributes: Attributes, indent: String) {
    for element in attributes {
      lines.append("\(indent)\(Self.clean(element.key)) = \(Self.clean(Self.text(element.value, depth: 0)))")
    }
  }

  private mutating func addDropped(_ count: UInt32, _ what: String, indent: String) {
    if count > 0 { lines.append("\(indent)\(count) more \(what) were left out") }
  }

  private static func clean(_ text: String) -> String { text.sanitized(limit: maxValue) }

  private static func offset(_ time: UInt64, from start: UInt64) -> String {
    if time == 0 { return "no time" }
    if start == 0 { return TimeOfDay(unixNano: time).dateText }
    return time >= start ? "+\(Interval.text(time - start))" : "-\(Interval.text(start - time))"
  }

  /// The value as text, with lists in brackets and maps in braces.
  private static func text(_ value: AttributeValue, depth: Int) -> String {
    guard depth < maxDepth else { return "…" }
    return switch value {
    case .string(let text): text
    case .bool(let value): "\(value)"
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .bytes(let bytes): "\(bytes.count) bytes"
    case .array(let values):
      "[\(values.prefix(maxValue).map { text($0, depth: depth + 1) }.joined(separator: ", "))]"
    case .map(let attributes):
      "{\(attributes.prefix(maxValue).map { "\($0.key): \(text($0.value, depth: depth + 1))" }.joined(separator: ", "))}"
    case .empty: "(empty)"
    }
  }
}

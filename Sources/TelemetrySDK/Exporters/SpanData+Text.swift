extension SpanData: ReadableItem {
  /// Writes the span as lines, its name first.
  func appendText(to text: inout String) {
    let duration = ReadableText.fixed(Double(endTimeUnixNano &- startTimeUnixNano) / 1e6) ?? ""
    text += "\(ReadableText.clean(name))  \(kind)  \(duration) ms  \(Self.text(of: status))\n"
    text += "  trace \(traceID)  span \(spanID)"
    if parentSpanID.isValid { text += "  parent \(parentSpanID)" }
    if !traceState.isEmpty { text += "  state \(ReadableText.clean(traceState))" }
    text += "\n  start \(ReadableText.time(startTimeUnixNano))"
    if !scope.name.isEmpty { text += "  scope \(ReadableText.clean(scope.name)) \(ReadableText.clean(scope.version))" }
    text += "\n"
    ReadableText.append(attributes, droppedAttributesCount, "  ", to: &text)
    for event in events {
      text += "  event \(ReadableText.clean(event.name)) at \(ReadableText.time(event.timeUnixNano))\n"
      ReadableText.append(event.attributes, event.droppedAttributesCount, "    ", to: &text)
    }
    if droppedEventsCount > 0 { text += "  events dropped: \(droppedEventsCount)\n" }
    for link in links {
      text += "  link to trace \(link.traceID) span \(link.spanID)\n"
      ReadableText.append(link.attributes, link.droppedAttributesCount, "    ", to: &text)
    }
    if droppedLinksCount > 0 { text += "  links dropped: \(droppedLinksCount)\n" }
    for attribute in resource.attributes {
      text += "  resource \(ReadableText.clean(attribute.key)) = \(ReadableText.value(attribute.value))\n"
    }
  }

  private static func text(of status: Status) -> String {
    status.message.isEmpty ? "\(status.code)" : "\(status.code): \(ReadableText.clean(status.message))"
  }
}

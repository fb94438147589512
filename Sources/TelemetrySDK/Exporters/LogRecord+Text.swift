extension LogRecord: ReadableItem {
  /// Writes the record as lines, its severity and its body first.
  func appendText(to text: inout String) {
    text += [severityName, eventName.isEmpty ? "" : "event \(ReadableText.clean(eventName))", bodyText]
      .filter { !$0.isEmpty }.joined(separator: "  ")
    text += "\n  time \(ReadableText.time(timeUnixNano == 0 ? observedTimeUnixNano : timeUnixNano))"
    if timeUnixNano == 0 { text += " (observed)" }
    if !scope.name.isEmpty { text += "  scope \(ReadableText.clean(scope.name)) \(ReadableText.clean(scope.version))" }
    text += "\n"
    if traceID.isValid { text += "  trace \(traceID)  span \(spanID)\n" }
    ReadableText.append(attributes, droppedAttributesCount, "  ", to: &text)
    for attribute in resource.attributes {
      text += "  resource \(ReadableText.clean(attribute.key)) = \(ReadableText.value(attribute.value))\n"
    }
  }

  /// The source's name of the severity, with the specification's if they differ.
  private var severityName: String {
    let (name, short) = (ReadableText.clean(severityText), severity.shortName)
    if name.isEmpty { return short }
    return short.isEmpty || name.uppercased() == short ? name : "\(name) (\(short))"
  }

  private var bodyText: String { body.map(ReadableText.value) ?? "" }

  /// The record as readable lines, without a line break at the end.
  package var readableText: String {
    var text = ""
    appendText(to: &text)
    return String(text.dropLast())
  }
}

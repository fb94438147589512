package import TelemetrySDK

/// OTLP's JSON form of `TracesData`: one line of text for a batch of spans.
package enum OTLPJSON {
  /// What a text may have at most.
  package struct Limits: Sendable {
    package var maxBytes = 64 << 20
    package var maxSpans = 1 << 20
    /// JSON values of all kinds.
    package var maxValues = 4 << 20
    /// Objects and arrays within each other.
    package var maxDepth = 160

    package init() {}
  }

  /// What a document holds beside spans.
  package struct OtherItems: Hashable, Sendable {
    package var metrics = 0
    package var logRecords = 0
    package var profiles = 0

    package init(metrics: Int = 0, logRecords: Int = 0, profiles: Int = 0) {
      self.metrics = metrics
      self.logRecords = logRecords
      self.profiles = profiles
    }

    package var isEmpty: Bool { metrics == 0 && logRecords == 0 && profiles == 0 }
  }

  /// One line without its line break, grouped like a request.
  package static func encode(_ spans: [SpanData]) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.array("resourceSpans", resources(BatchPlan(spans).groups)) { writer, groups in
        writer.object { $0.resourceSpans(groups, spans) }
      }
    }
    return String(decoding: writer.text, as: UTF8.self)
  }

  /// The groups of each resource.
  private static func resources(_ groups: [BatchPlan.Group]) -> [ArraySlice<BatchPlan.Group>] {
    var result: [ArraySlice<BatchPlan.Group>] = []
    var rest = groups[...]
    while let first = rest.first {
      let members = rest.prefix { $0.resourceIndex == first.resourceIndex }
      result.append(members)
      rest = rest.dropFirst(members.count)
    }
    return result
  }

  /// The spans of one text.
  package static func decode(_ text: [UInt8], limits: Limits = Limits()) throws(JSONError) -> [SpanData] {
    let value = try parse(text, limits)
    var reader = JSONReader(maxSpans: limits.maxSpans)
    try reader.tracesData(value)
    return reader.spans
  }

  /// The spans of one text.
  package static func decode(_ text: String, limits: Limits = Limits()) throws(JSONError) -> [SpanData] {
    try decode(Array(text.utf8), limits: limits)
  }

  /// The spans of a document of any signals, and how much of the others it holds.
  package static func decodeDocument(
    _ text: [UInt8], limits: Limits = Limits()
  ) throws(JSONError) -> (spans: [SpanData], others: OtherItems) {
    let value = try parse(text, limits)
    var reader = JSONReader(maxSpans: limits.maxSpans)
    let others = try reader.telemetryData(value)
    return (reader.spans, others)
  }

  private static func parse(_ text: [UInt8], _ limits: Limits) throws(JSONError) -> JSONValue {
    guard text.count <= limits.maxBytes else {
      throw JSONError("the text is longer than \(limits.maxBytes) bytes", at: limits.maxBytes)
    }
    return try JSONParser.parse(text, maxDepth: limits.maxDepth, maxValues: limits.maxValues)
  }
}

// The messages of the schema, each as the members of an object that is open.
extension JSONWriter {
  fileprivate mutating func resourceSpans(_ groups: ArraySlice<BatchPlan.Group>, _ spans: [SpanData]) {
    guard let resource = groups.first?.resource else { return }
    if !resource.attributes.isEmpty || resource.droppedAttributesCount != 0 {
      object("resource") { writer in
        writer.attributes(resource.attributes)
        writer.field("droppedAttributesCount", unlessZero: resource.droppedAttributesCount)
      }
    }
    array("scopeSpans", groups) { writer, group in
      writer.object { $0.scopeSpans(group, spans) }
    }
    field("schemaUrl", unlessEmpty: resource.schemaURL)
  }

  private mutating func scopeSpans(_ group: BatchPlan.Group, _ spans: [SpanData]) {
    let scope = group.scope
    let isEmpty = scope.name.isEmpty && scope.version.isEmpty && scope.attributes.isEmpty
    if !isEmpty || scope.droppedAttributesCount != 0 {
      object("scope") { writer in
        writer.field("name", unlessEmpty: scope.name)
        writer.field("version", unlessEmpty: scope.version)
        writer.attributes(scope.attributes)
        writer.field("droppedAttributesCount", unlessZero: scope.droppedAttributesCount)
      }
    }
    array("spans", group.members ?? Array(spans.indices)) { writer, index in
      writer.object { $0.span(spans[index]) }
    }
    field("schemaUrl", unlessEmpty: scope.schemaURL)
  }

  private mutating func span(_ span: SpanData) {
    if span.traceID.isValid { field("traceId", span.traceID.description) }
    if span.spanID.isValid { field("spanId", span.spanID.description) }
    field("traceState", unlessEmpty: span.traceState)
    if span.parentSpanID.isValid { field("parentSpanId", span.parentSpanID.description) }
    field("name", unlessEmpty: span.name)
    field("kind", unlessZero: UInt32(span.kind.rawValue))
    field("startTimeUnixNano", unlessZero: span.startTimeUnixNano)
    field("endTimeUnixNano", unlessZero: span.endTimeUnixNano)
    attributes(span.attributes)
    field("droppedAttributesCount", unlessZero: span.droppedAttributesCount)
    events(span.events)
    field("droppedEventsCount", unlessZero: span.droppedEventsCount)
    links(span.links)
    field("droppedLinksCount", unlessZero: span.droppedLinksCount)
    if span.status.code != .unset || !span.status.message.isEmpty {
      object("status") { writer in
        writer.field("message", unlessEmpty: span.status.message)
        writer.field("code", unlessZero: UInt32(span.status.code.rawValue))
      }
    }
    field("flags", unlessZero: span.flags)
  }

  private mutating func events(_ events: [SpanData.Event]) {
    guard !events.isEmpty else { return }
    array("events", events) { writer, event in
      writer.object { writer in
        writer.field("timeUnixNano", unlessZero: event.timeUnixNano)
        writer.field("name", unlessEmpty: event.name)
        writer.attributes(event.attributes)
        writer.field("droppedAttributesCount", unlessZero: event.droppedAttributesCount)
      }
    }
  }

  private mutating func links(_ links: [SpanData.Link]) {
    guard !links.isEmpty else { return }
    array("links", links) { writer, link in
      writer.object { writer in
        if link.traceID.isValid { writer.field("traceId", link.traceID.description) }
        if link.spanID.isValid { writer.field("spanId", link.spanID.description) }
        writer.field("traceState", unlessEmpty: link.traceState)
        writer.attributes(link.attributes)
        writer.field("droppedAttributesCount", unlessZero: link.droppedAttributesCount)
        writer.field("flags", unlessZero: link.flags)
      }
    }
  }

  private mutating func attributes(_ attributes: Attributes) {
    if !attributes.isEmpty { keyValues("attributes", attributes, nesting: 0) }
  }

  private mutating func keyValues(_ name: StaticString, _ attributes: Attributes, nesting: Int) {
    array(name, attributes) { writer, element in
      writer.object { writer in
        writer.field("key", element.key)
        writer.object("value") { $0.value(element.value, nesting: nesting) }
      }
    }
  }

  private mutating func value(_ value: AttributeValue, nesting: Int) {
    switch value {
    case .string(let text): field("stringValue", text)
    case .bool(let value): field("boolValue", value)
    case .int(let number): field("intValue", number.description)
    case .double(let number): field("doubleValue", number)
    case .bytes(let bytes): field("bytesValue", base64: bytes)
    case .array(let values) where nesting < AttributeValue.maxNesting:
      object("arrayValue") { writer in
        writer.array("values", values) { writer, value in
          writer.object { $0.value(value, nesting: nesting + 1) }
        }
      }
    case .map(let attributes) where nesting < AttributeValue.maxNesting:
      object("kvlistValue") { $0.keyValues("values", attributes, nesting: nesting + 1) }
    default: break
    }
  }
}

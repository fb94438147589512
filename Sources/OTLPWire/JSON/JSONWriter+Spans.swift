internal import TelemetrySDK

// Each function writes the members of an open object.
extension JSONWriter {
  mutating func tracesData(_ spans: [SpanData]) {
    array("resourceSpans", Regrouping(spans.lazy.map { ($0.resource, $0.scope) }).resources) { writer, group in
      writer.object { $0.resourceSpans(group, spans) }
    }
  }

  private mutating func resourceSpans(_ group: Regrouping.ResourceGroup, _ spans: [SpanData]) {
    let resource = group.resource
    if !resource.attributes.isEmpty || resource.droppedAttributesCount != 0 {
      object("resource") { $0.attributes(resource.attributes, dropped: resource.droppedAttributesCount) }
    }
    array("scopeSpans", group.scopes) { writer, group in
      writer.object { $0.scopeSpans(group, spans) }
    }
    field("schemaUrl", unlessEmpty: resource.schemaURL)
  }

  private mutating func scopeSpans(_ group: Regrouping.ScopeGroup, _ spans: [SpanData]) {
    let scope = group.scope
    let isEmpty = scope.name.isEmpty && scope.version.isEmpty && scope.attributes.isEmpty
    if !isEmpty || scope.droppedAttributesCount != 0 {
      object("scope") { writer in
        writer.field("name", unlessEmpty: scope.name)
        writer.field("version", unlessEmpty: scope.version)
        writer.attributes(scope.attributes, dropped: scope.droppedAttributesCount)
      }
    }
    array("spans", group.members) { writer, index in
      writer.object { $0.span(spans[index]) }
    }
    field("schemaUrl", unlessEmpty: scope.schemaURL)
  }

  private mutating func span(_ span: SpanData) {
    identifiers(span.traceID, span.spanID)
    field("traceState", unlessEmpty: span.traceState)
    if span.parentSpanID.isValid { field("parentSpanId", span.parentSpanID.description) }
    field("name", unlessEmpty: span.name)
    field("kind", unlessZero: UInt32(span.kind.rawValue))
    field("startTimeUnixNano", unlessZero: span.startTimeUnixNano)
    field("endTimeUnixNano", unlessZero: span.endTimeUnixNano)
    attributes(span.attributes, dropped: span.droppedAttributesCount)
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

  private mutating func identifiers(_ traceID: TraceID, _ spanID: SpanID) {
    if traceID.isValid { field("traceId", traceID.description) }
    if spanID.isValid { field("spanId", spanID.description) }
  }

  private mutating func events(_ events: [SpanData.Event]) {
    guard !events.isEmpty else { return }
    array("events", events) { writer, event in
      writer.object { writer in
        writer.field("timeUnixNano", unlessZero: event.timeUnixNano)
        writer.field("name", unlessEmpty: event.name)
        writer.attributes(event.attributes, dropped: event.droppedAttributesCount)
      }
    }
  }

  private mutating func links(_ links: [SpanData.Link]) {
    guard !links.isEmpty else { return }
    array("links", links) { writer, link in
      writer.object { writer in
        writer.identifiers(link.traceID, link.spanID)
        writer.field("traceState", unlessEmpty: link.traceState)
        writer.attributes(link.attributes, dropped: link.droppedAttributesCount)
        writer.field("flags", unlessZero: link.flags)
      }
    }
  }

  private mutating func attributes(_ attributes: Attributes, dropped: UInt32) {
    if !attributes.isEmpty { keyValues("attributes", attributes, nesting: 0) }
    field("droppedAttributesCount", unlessZero: dropped)
  }

  private mutating func keyValues(_ name: String, _ attributes: Attributes, nesting: Int) {
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

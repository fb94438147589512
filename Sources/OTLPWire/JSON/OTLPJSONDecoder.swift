internal import TelemetrySDK

/// Decodes spans from parsed JSON. Unknown keys are skipped (3.3.5); of equal keys the last wins.
struct OTLPJSONDecoder {
  private static let kinds = [
    "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
  ]
  private static let statusCodes = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"]

  private let maxSpans: Int
  private(set) var spans: [SpanData] = []

  init(maxSpans: Int) { self.maxSpans = maxSpans }

  /// Reads the spans of a document, which may be a `TracesData` or a request.
  ///
  /// - Parameter signals: The keys of which one must be there, unless the document is empty.
  mutating func document(_ value: JSONValue, signals: [String]) throws(JSONError) {
    guard case .object(let members) = value.content else {
      throw JSONError("an object with \"resourceSpans\" is expected, not \(value.kind)", at: value.offset)
    }
    guard members.isEmpty || members.contains(where: { signals.contains($0.key) }) else {
      throw JSONError("the object has no \"resourceSpans\"", at: value.offset)
    }
    for member in try value.members("") where member.key == "resourceSpans" {
      for element in try member.value.elements(member.key) { try resourceSpans(element) }
    }
  }

  private mutating func resourceSpans(_ value: JSONValue) throws(JSONError) {
    var attributes = Attributes()
    var dropped: UInt32 = 0
    var schemaURL = ""
    var scopeSpans: [JSONValue] = []
    for member in try value.members("resourceSpans") {
      switch member.key {
      case "resource":
        for member in try member.value.members(member.key) {
          switch member.key {
          case "attributes": attributes = try Self.attributes(member)
          case "droppedAttributesCount": dropped = try member.value.integer(member.key)
          default: break
          }
        }
      case "schemaUrl": schemaURL = try member.value.string(member.key)
      // The second name is the one before OTLP 0.19.
      case "scopeSpans", "instrumentationLibrarySpans": scopeSpans = try member.value.elements(member.key)
      default: break
      }
    }
    let resource = Resource.decoded(attributes, droppedAttributesCount: dropped, schemaURL: schemaURL)
    for element in scopeSpans { try self.scopeSpans(element, resource) }
  }

  private mutating func scopeSpans(_ value: JSONValue, _ resource: Resource) throws(JSONError) {
    var fields = ScopeFields()
    var elements: [JSONValue] = []
    for member in try value.members("scopeSpans") {
      switch member.key {
      case "scope", "instrumentationLibrary": try Self.scope(try member.value.members(member.key), &fields)
      case "schemaUrl": fields.schemaURL = try member.value.string(member.key)
      case "spans": elements = try member.value.elements(member.key)
      default: break
      }
    }
    let scope = fields.scope
    for element in elements {
      guard spans.count < maxSpans else { throw JSONError("more than \(maxSpans) spans", at: element.offset) }
      spans.append(try Self.span(element, resource, scope))
    }
  }

  private static func scope(_ members: [JSONValue.Member], _ fields: inout ScopeFields) throws(JSONError) {
    fields = ScopeFields(schemaURL: fields.schemaURL)
    for member in members {
      switch member.key {
      case "name": fields.name = try member.value.string(member.key)
      case "version": fields.version = try member.value.string(member.key)
      case "attributes": fields.attributes = try attributes(member)
      case "droppedAttributesCount": fields.droppedAttributesCount = try member.value.integer(member.key)
      default: break
      }
    }
  }

  private static func span(
    _ value: JSONValue, _ resource: Resource, _ scope: InstrumentationScope
  ) throws(JSONError) -> SpanData {
    var span = SpanData(
      traceID: .invalid, spanID: .invalid, name: "", kind: .unspecified, startTimeUnixNano: 0, endTimeUnixNano: 0,
      resource: resource, scope: scope)
    for member in try value.members("spans") {
      let (key, value) = (member.key, member.value)
      switch key {
      case "traceId": span.traceID = try value.traceID(key)
      case "spanId": span.spanID = try value.spanID(key)
      case "traceState": span.traceState = try value.string(key)
      case "parentSpanId": span.parentSpanID = try value.spanID(key)
      case "name": span.name = try value.string(key)
      case "kind": span.kind = SpanData.Kind(rawValue: try value.enumeration(key, kinds)) ?? .unspecified
      case "startTimeUnixNano": span.startTimeUnixNano = try value.integer(key)
      case "endTimeUnixNano": span.endTimeUnixNano = try value.integer(key)
      case "attributes": span.attributes = try attributes(member)
      case "droppedAttributesCount": span.droppedAttributesCount = try value.integer(key)
      case "events": span.events = try list(member, event)
      case "droppedEventsCount": span.droppedEventsCount = try value.integer(key)
      case "links": span.links = try list(member, link)
      case "droppedLinksCount": span.droppedLinksCount = try value.integer(key)
      case "status": span.status = try status(value)
      case "flags": span.flags = try value.integer(key)
      default: break
      }
    }
    return span
  }

  private static func list<Element>(
    _ member: JSONValue.Member, _ read: (JSONValue) throws(JSONError) -> Element
  ) throws(JSONError) -> [Element] {
    var result: [Element] = []
    for element in try member.value.elements(member.key) { result.append(try read(element)) }
    return result
  }

  private static func event(_ value: JSONValue) throws(JSONError) -> SpanData.Event {
    var event = SpanData.Event(name: "", timeUnixNano: 0)
    for member in try value.members("events") {
      switch member.key {
      case "timeUnixNano": event.timeUnixNano = try member.value.integer(member.key)
      case "name": event.name = try member.value.string(member.key)
      case "attributes": event.attributes = try attributes(member)
      case "droppedAttributesCount": event.droppedAttributesCount = try member.value.integer(member.key)
      default: break
      }
    }
    return event
  }

  private static func link(_ value: JSONValue) throws(JSONError) -> SpanData.Link {
    var link = SpanData.Link(traceID: .invalid, spanID: .invalid)
    for member in try value.members("links") {
      switch member.key {
      case "traceId": link.traceID = try member.value.traceID(member.key)
      case "spanId": link.spanID = try member.value.spanID(member.key)
      case "traceState": link.traceState = try member.value.string(member.key)
      case "attributes": link.attributes = try attributes(member)
      case "droppedAttributesCount": link.droppedAttributesCount = try member.value.integer(member.key)
      case "flags": link.flags = try member.value.integer(member.key)
      default: break
      }
    }
    return link
  }

  private static func status(_ value: JSONValue) throws(JSONError) -> SpanData.Status {
    var status = SpanData.Status.unset
    for member in try value.members("status") {
      switch member.key {
      case "message": status.message = try member.value.string(member.key)
      case "code":
        let code = try member.value.enumeration(member.key, statusCodes)
        status.code = SpanData.Status.Code(rawValue: code) ?? .unset
      default: break
      }
    }
    return status
  }

  private static func attributes(_ member: JSONValue.Member) throws(JSONError) -> Attributes {
    Attributes(unchecked: try list(member, keyValue))
  }

  private static func keyValue(_ value: JSONValue) throws(JSONError) -> Attributes.Element {
    var element = Attributes.Element("", .empty)
    for member in try value.members("attributes") {
      switch member.key {
      case "key": element.key = try member.value.string(member.key)
      case "value": element.value = try anyValue(member.value)
      default: break
      }
    }
    return element
  }

  private static func anyValue(_ value: JSONValue) throws(JSONError) -> AttributeValue {
    var result = AttributeValue.empty
    for member in try value.members("value") {
      let (key, value) = (member.key, member.value)
      switch key {
      case "stringValue": result = .string(try value.string(key))
      case "boolValue": result = .bool(try value.bool(key))
      case "intValue": result = .int(try value.integer(key))
      case "doubleValue": result = .double(try value.double(key))
      case "bytesValue": result = .bytes(try value.base64(key))
      case "arrayValue":
        result = .array([])
        for member in try value.members(key) where member.key == "values" {
          result = .array(try list(member, anyValue))
        }
      case "kvlistValue":
        result = .map(Attributes())
        for member in try value.members(key) where member.key == "values" { result = .map(try attributes(member)) }
      default: break
      }
    }
    return result
  }
}

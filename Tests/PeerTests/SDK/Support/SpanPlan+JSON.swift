import OTLPWire
import TelemetryCore
import TelemetrySDK

extension SpanCase {
  /// The fields from which the peer makes the same spans.
  var json: String {
    JSONWriter.object { writer in
      writer.object("limits") {
        $0.field("max_span_attributes", limits.attributeCountLimit)
        $0.field("max_events", limits.eventCountLimit)
        $0.field("max_links", limits.linkCountLimit)
        $0.field("max_event_attributes", limits.attributePerEventCountLimit)
        $0.field("max_link_attributes", limits.attributePerLinkCountLimit)
        if let length = limits.attributeValueLengthLimit { $0.field("length", length) }
      }
      writer.field("random", isRandom)
      writer.attributes("resource", resource.attributes)
      writer.field("schema", resource.schemaURL)
      writer.object("scope") {
        $0.field("name", scope.name)
        $0.field("version", scope.version)
        $0.field("schema", scope.schemaURL)
        $0.attributes("attributes", scope.attributes)
      }
      writer.array("spans", spans) { writer, span in writer.object { span.write(into: &$0) } }
    }
  }
}

extension SpanPlan {
  func write(into writer: inout JSONWriter) {
    writer.field("trace", "\(traceID)")
    writer.field("span", "\(spanID)")
    writer.object("parent") { if parent.isValid { parent.write(into: &$0) } }
    writer.field("name", name)
    writer.field("kind", Int(kind.rawValue))
    writer.attributes("attributes", attributes)
    writer.array("links", links) { writer, link in writer.object { link.write(into: &$0) } }
    writer.field("start", "\(start)")
    writer.array("steps", steps) { writer, step in writer.object { step.write(into: &$0) } }
  }
}

extension SpanPlan.Step {
  fileprivate func write(into writer: inout JSONWriter) {
    switch self {
    case .attribute(let key, let value):
      writer.field("op", "attribute")
      writer.field("k", key)
      writer.object("v") { value.write(into: &$0) }
    case .attributes(let attributes):
      writer.field("op", "attributes")
      writer.attributes("attributes", attributes)
    case .event(let name, let attributes, let time):
      writer.field("op", "event")
      writer.field("name", name)
      writer.attributes("attributes", attributes)
      writer.field("at", "\(time)")
    case .error(let attributes, let time):
      writer.field("op", "error")
      writer.attributes("attributes", attributes)
      writer.field("at", "\(time)")
    case .link(let link):
      writer.field("op", "link")
      link.write(into: &writer)
    case .status(let status):
      writer.field("op", "status")
      writer.field("code", Int(status.code.rawValue))
      writer.field("message", status.message)
    case .name(let name):
      writer.field("op", "name")
      writer.field("name", name)
    case .end(let time):
      writer.field("op", "end")
      writer.field("at", "\(time)")
    }
  }
}

extension RecordingSpan.Link {
  fileprivate func write(into writer: inout JSONWriter) {
    writer.object("context") { context.write(into: &$0) }
    writer.attributes("attributes", attributes)
  }
}

extension JSONWriter {
  fileprivate mutating func attributes(_ name: String, _ attributes: Attributes) {
    array(name, Array(attributes)) { writer, attribute in
      writer.object { writer in
        writer.field("k", attribute.key)
        writer.object("v") { attribute.value.write(into: &$0) }
      }
    }
  }
}

extension AttributeValue {
  fileprivate func write(into writer: inout JSONWriter) {
    switch self {
    case .string(let text):
      writer.field("t", "s")
      writer.field("v", text)
    case .bool(let value):
      writer.field("t", "b")
      writer.field("v", value)
    case .int(let number):
      writer.field("t", "i")
      writer.field("v", "\(number)")
    case .double(let number):
      writer.field("t", "d")
      writer.field("v", Hexadecimal.text(number.bitPattern))
    case .bytes(let bytes):
      writer.field("t", "y")
      writer.field("v", Hexadecimal.text(of: bytes))
    case .array(let list):
      writer.field("t", "a")
      writer.array("v", Array(list)) { writer, element in writer.object { element.write(into: &$0) } }
    case .map(let map):
      writer.field("t", "m")
      writer.attributes("v", map)
    case .empty: writer.field("t", "n")
    }
  }
}

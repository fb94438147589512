internal import TelemetrySDK

/// The fields of an `InstrumentationScope` while it is decoded.
struct ScopeFields {
  var name = ""
  var version = ""
  var attributes = Attributes()
  var droppedAttributesCount: UInt32 = 0
  var schemaURL = ""

  /// The scope, or the shared empty one if all fields are empty.
  var scope: InstrumentationScope {
    let isEmpty =
      name.isEmpty && version.isEmpty && attributes.isEmpty && droppedAttributesCount == 0 && schemaURL.isEmpty
    if isEmpty { return .empty }
    return InstrumentationScope(
      name: name, version: version, attributes: attributes, droppedAttributesCount: droppedAttributesCount,
      schemaURL: schemaURL)
  }
}

extension Resource {
  /// A resource with these fields, or the shared empty one if all are empty.
  static func decoded(_ attributes: Attributes, droppedAttributesCount: UInt32, schemaURL: String) -> Resource {
    if attributes.isEmpty, droppedAttributesCount == 0, schemaURL.isEmpty { return .empty }
    return Resource(attributes, droppedAttributesCount: droppedAttributesCount, schemaURL: schemaURL)
  }
}

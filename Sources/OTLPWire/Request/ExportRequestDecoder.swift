package import TelemetrySDK

/// An item that a receiver reads from an export request.
package protocol DecodableItem: BatchItem {
  /// Reads an item's message, whose bytes may be anything.
  /// - Parameter attributes: Reads attributes, and counts what the request holds.
  static func decode(
    _ reader: ProtobufReader, _ attributes: inout AttributeReader, _ resource: Resource, _ scope: InstrumentationScope
  ) throws(WireError) -> Self
}

/// Decodes export requests of a signal, for receivers and tests.
///
/// Unknown fields are skipped. Of a single field that occurs twice the last wins; a message that occurs twice is merged.
/// An unknown enum value becomes the unspecified one.
package enum ExportRequestDecoder {
  /// The limits of one message.
  package struct Limits: Sendable {
    package var maxBytes = 64 << 20
    /// Spans, log records or metrics.
    package var maxItems = 1 << 20
    /// Items, events, links, data points, attributes and values together: a few bytes can encode many of them.
    package var maxValues = 8 << 20
    /// Messages nested in each other.
    package var maxDepth = 100

    package init() {}
  }

  /// The spans of a request.
  package static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(WireError) -> [SpanData] {
    try decode(bytes, as: SpanData.self, limits: limits)
  }

  /// The items of a request. Items of one `ResourceSpans`, `ResourceLogs` or `ResourceMetrics` share one `Resource`, those of one
  /// `ScopeSpans`, `ScopeLogs` or `ScopeMetrics` one `InstrumentationScope`.
  /// - Parameter tag: The field with the resources: a request's, or that of the signal in a document of several.
  package static func decode<Item: DecodableItem>(
    _ bytes: [UInt8], as type: Item.Type, resources tag: UInt8 = WireTags.ExportRequest.resources,
    limits: Limits = Limits()
  ) throws(WireError) -> [Item] {
    guard bytes.count <= limits.maxBytes else { throw WireError(.tooLarge, at: limits.maxBytes) }
    var decoding = RequestDecoding<Item>(limits, resources: tag)
    try bytes.reading(maxDepth: limits.maxDepth) { (reader) throws(WireError) in try decoding.request(reader) }
    return decoding.items
  }
}

/// The decoding of one request.
private struct RequestDecoding<Item: DecodableItem> {
  private let maxItems: Int
  private let resourcesTag: UInt8
  private var attributes: AttributeReader
  private(set) var items: [Item] = []

  init(_ limits: ExportRequestDecoder.Limits, resources tag: UInt8) {
    resourcesTag = tag
    maxItems = limits.maxItems
    attributes = AttributeReader(itemsLeft: limits.maxValues)
  }

  mutating func request(_ reader: ProtobufReader) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case resourcesTag: try resourceItems(try reader.message())
      default: try reader.skip(tag)
      }
    }
  }

  // The resource may follow its items, so the message is read twice.
  private mutating func resourceItems(_ reader: ProtobufReader) throws(WireError) {
    var (first, second) = (reader, reader)
    var attributes = Attributes()
    var dropped: UInt32 = 0
    var schemaURL = ""
    while let tag = try first.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ResourceItems.resource: try resource(try first.message(), &attributes, &dropped)
      case WireTags.ResourceItems.schemaURL: schemaURL = try first.string()
      default: try first.skip(tag)
      }
    }
    let resource = Resource.decoded(attributes, droppedAttributesCount: dropped, schemaURL: schemaURL)
    while let tag = try second.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ResourceItems.scopes: try scopeItems(try second.message(), resource)
      default: try second.skip(tag)
      }
    }
  }

  private mutating func resource(
    _ reader: ProtobufReader, _ attributes: inout Attributes, _ dropped: inout UInt32
  ) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Resource.attributes:
        attributes.elements.append(try self.attributes.keyValue(try reader.message()))
      case WireTags.Resource.droppedAttributesCount: dropped = try reader.uint32()
      default: try reader.skip(tag)
      }
    }
  }

  private mutating func scopeItems(_ reader: ProtobufReader, _ resource: Resource) throws(WireError) {
    var (first, second) = (reader, reader)
    var fields = ScopeFields()
    while let tag = try first.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ScopeItems.scope: try scope(try first.message(), &fields)
      case WireTags.ScopeItems.schemaURL: fields.schemaURL = try first.string()
      default: try first.skip(tag)
      }
    }
    let scope = fields.scope
    while let tag = try second.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ScopeItems.item:
        guard items.count < maxItems else { throw WireError(.tooLarge, at: second.position) }
        items.append(try Item.decode(try second.message(), &attributes, resource, scope))
      default: try second.skip(tag)
      }
    }
  }

  private mutating func scope(_ reader: ProtobufReader, _ fields: inout ScopeFields) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Scope.name: fields.name = try reader.string()
      case WireTags.Scope.version: fields.version = try reader.string()
      case WireTags.Scope.attributes:
        fields.attributes.elements.append(try attributes.keyValue(try reader.message()))
      case WireTags.Scope.droppedAttributesCount: fields.droppedAttributesCount = try reader.uint32()
      default: try reader.skip(tag)
      }
    }
  }
}

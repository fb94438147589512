internal import OTLPWire
internal import TelemetrySDK

/// Turns an export request of spans or log records into rows.
///
/// A row whose columns can't hold an item without loss (``RowBuffer/isInexact``, fields that this version doesn't know) also has
/// the item's message in its column `otlp`, from which it is read.
struct RowEncoder: ~Copyable {
  /// The identifiers of the resource and the scope of items.
  struct Owners {
    var resource: [UInt8] = []
    var scope: [UInt8] = [] {
      didSet { seed = (resource + scope).reduce(0) { $0 &* 31 &+ UInt64($1) } }
    }
    /// The seed for the digests of the items.
    private(set) var seed: UInt64 = 0
  }

  private let signal: OTLPSignal
  private var resources = RowBuffer()
  private var scopes = RowBuffer()
  var spans = RowBuffer()
  var events = RowBuffer()
  var links = RowBuffer()
  var logRecords = RowBuffer()
  var keys = KeySet()
  var recordIDs = RecordIDs()

  init(_ signal: OTLPSignal) { self.signal = signal }

  /// Calls `body` with the rows of each table, in the order in which they are stored.
  func forEachTable(_ body: (DatabaseTable, borrowing RowBuffer) -> Void) {
    body(.resources, resources)
    body(.scopes, scopes)
    body(.spans, spans)
    body(.spanEvents, events)
    body(.spanLinks, links)
    body(.logRecords, logRecords)
  }

  // The numbers of the fields around items are the same for all signals.
  mutating func request(_ message: MessageBytes) throws(WireError) {
    var fields = message.fields()
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ExportRequest.resources: try resourceItems(try fields.message())
      default: try fields.skip(tag)
      }
    }
  }

  private mutating func resourceItems(_ fields: ProtobufReader) throws(WireError) {
    var fields = fields
    let (resource, schemaURL) = try Self.owner(of: fields)
    var owners = Owners(resource: Digest.identifier(resource, schemaURL))
    try self.resource(resource, schemaURL, owners.resource)
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ResourceItems.scopes: try scopeItems(try fields.message(), &owners)
      default: try fields.skip(tag)
      }
    }
  }

  private mutating func scopeItems(_ fields: ProtobufReader, _ owners: inout Owners) throws(WireError) {
    var fields = fields
    let (scope, schemaURL) = try Self.owner(of: fields)
    owners.scope = Digest.identifier(scope, schemaURL)
    try self.scope(scope, schemaURL, owners.scope)
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ScopeItems.item where signal == .traces: try span(try fields.bytes(), owners)
      case WireTags.ScopeItems.item: try logRecord(try fields.bytes(), owners)
      default: try fields.skip(tag)
      }
    }
  }

  /// The resource or the scope of items, and its schema's URL: the numbers of the fields are the same. They may follow the items.
  private static func owner(
    of fields: ProtobufReader
  ) throws(WireError) -> (message: MessageBytes, schemaURL: MessageBytes) {
    var fields = fields
    var (message, schemaURL) = (MessageBytes.empty, MessageBytes.empty)
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ScopeItems.scope: message = try fields.bytes()
      case WireTags.ScopeItems.schemaURL: schemaURL = try fields.bytes()
      default: try fields.skip(tag)
      }
    }
    return (message, schemaURL)
  }

  // MARK: Resource and scope

  private mutating func resource(
    _ message: MessageBytes, _ schemaURL: MessageBytes, _ id: [UInt8]
  ) throws(WireError) {
    var fields = message.fields()
    var dropped: UInt64 = 0
    var serviceName: MessageBytes?
    resources.isInexact = false
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Resource.attributes: try Self.readServiceName(try fields.message(), &serviceName)
      case WireTags.Resource.droppedAttributesCount: dropped = UInt64(try fields.uint32())
      default:
        resources.isInexact = true
        try fields.skip(tag)
      }
    }
    resources.beginRow(.resources)
    resources.bytes(id)
    if let serviceName { resources.text(serviceName) } else { resources.null() }
    resources.text(schemaURL)
    resources.int64(dropped)
    try resources.attributes(of: message, WireTags.Resource.attributes, &keys)
    resources.groupIfInexact(message, schemaURL)
  }

  private static func readServiceName(_ fields: ProtobufReader, _ name: inout MessageBytes?) throws(WireError) {
    var fields = fields
    guard try fields.nextTag() == UInt32(WireTags.KeyValue.key), try fields.bytes().isEqual(to: "service.name"),
      try fields.nextTag() == UInt32(WireTags.KeyValue.value)
    else { return }
    var value = try fields.message()
    if try value.nextTag() == UInt32(WireTags.AnyValue.string) { name = try value.bytes() }
  }

  private mutating func scope(_ message: MessageBytes, _ schemaURL: MessageBytes, _ id: [UInt8]) throws(WireError) {
    var fields = message.fields()
    var (name, version, dropped) = (MessageBytes.empty, MessageBytes.empty, UInt64(0))
    scopes.isInexact = false
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Scope.name: name = try fields.bytes()
      case WireTags.Scope.version: version = try fields.bytes()
      case WireTags.Scope.attributes: _ = try fields.bytes()
      case WireTags.Scope.droppedAttributesCount: dropped = UInt64(try fields.uint32())
      default:
        scopes.isInexact = true
        try fields.skip(tag)
      }
    }
    scopes.beginRow(.scopes)
    scopes.bytes(id)
    scopes.text(name)
    scopes.text(version)
    scopes.text(schemaURL)
    scopes.int64(dropped)
    try scopes.attributes(of: message, WireTags.Scope.attributes, &keys)
    scopes.groupIfInexact(message, schemaURL)
  }
}

extension RowBuffer {
  /// Writes the field of all attributes in a message, which are the fields with `attributeTag`.
  mutating func attributes(
    of message: MessageBytes, _ attributeTag: UInt8, _ keys: inout KeySet
  ) throws(WireError) {
    var fields = message.fields()
    var isFirst = true
    keys.removeAll()
    let start = beginJSON()
    append(UInt8(ascii: "{"))
    while let tag = try fields.nextTag() {
      guard tag == attributeTag else {
        try fields.skip(tag)
        continue
      }
      try member(try fields.message(), isFirst: isFirst, &keys)
      isFirst = false
    }
    append(UInt8(ascii: "}"))
    endField(start)
  }

  /// Writes a group without items (`ResourceSpans`, `ScopeSpans`) for an inexact row; NULL for another.
  fileprivate mutating func groupIfInexact(_ owner: MessageBytes, _ schemaURL: MessageBytes) {
    guard isInexact else { return null() }
    let start = beginField()
    append(contentsOf: StoredGroup.field(1, unsafe Array(owner.raw)))
    append(contentsOf: StoredGroup.field(3, unsafe Array(schemaURL.raw)))
    endField(start)
  }

  /// Writes the message of an inexact row; NULL for another.
  mutating func messageIfInexact(_ message: MessageBytes) { if isInexact { bytes(message) } else { null() } }
}

extension MessageBytes {
  func isEqual(to text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { text in unsafe raw.elementsEqual(text) }
  }
}

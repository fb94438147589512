internal import TelemetryCore
internal import TelemetrySDK

/// What stands around the spans of a resource or scope, as bytes.
struct Surroundings: Sendable {
  /// `Resource` or `InstrumentationScope` as field 1; empty if there is nothing to say of it.
  var head: [UInt8] = []
  /// `schema_url` as field 3; empty for none.
  var tail: [UInt8] = []
}

/// The encoded resources and scopes of the last batches.
final class HeaderCache: Sendable {
  private let resources = IdentityCache<Resource>()
  private let scopes = IdentityCache<InstrumentationScope>()

  func resource(_ resource: Resource) -> Surroundings {
    resources.value(of: resource, ObjectIdentifier(resource.storage), encode: Self.encode)
  }

  func scope(_ scope: InstrumentationScope) -> Surroundings {
    scopes.value(of: scope, ObjectIdentifier(scope.storage), encode: Self.encode)
  }

  private static func encode(_ resource: Resource) -> Surroundings {
    var writer = WireWriter(RawBuffer(capacity: 1024))
    writer.varintField(0x10, UInt64(resource.droppedAttributesCount))
    writer.attributes(0x0A, resource.attributes)
    return surroundings(writer, schemaURL: resource.schemaURL)
  }

  private static func encode(_ scope: InstrumentationScope) -> Surroundings {
    var writer = WireWriter(RawBuffer(capacity: 1024))
    writer.varintField(0x20, UInt64(scope.droppedAttributesCount))
    writer.attributes(0x1A, scope.attributes)
    writer.stringField(0x12, scope.version)
    writer.stringField(0x0A, scope.name)
    return surroundings(writer, schemaURL: scope.schemaURL)
  }

  private static func surroundings(_ writer: consuming WireWriter, schemaURL: String) -> Surroundings {
    var writer = writer
    var result = Surroundings()
    if writer.written > 0 {
      writer.prefix(0x0A, since: 0)
      result.head = BufferSlice(buffer: writer.buffer, range: writer.range).array
    }
    guard !schemaURL.isEmpty else { return result }
    var tail = WireWriter(RawBuffer(capacity: 1024))
    tail.stringField(0x1A, schemaURL)
    result.tail = BufferSlice(buffer: tail.buffer, range: tail.range).array
    return result
  }
}

/// What was encoded last, by the identity of its owners. Bounded; thread-safe.
///
/// An entry holds on to its owner, so an identity can't come to mean another one.
private final class IdentityCache<Owner: Sendable>: Sendable {
  private let entries = Locked<[ObjectIdentifier: (owner: Owner, bytes: Surroundings)]>([:])

  private static var maxEntries: Int { 64 }
  private static var maxEntryBytes: Int { 64 << 10 }

  func value(of owner: Owner, _ identity: ObjectIdentifier, encode: (Owner) -> Surroundings) -> Surroundings {
    if let known = entries.withLock({ $0[identity]?.bytes }) { return known }
    let bytes = encode(owner)
    guard bytes.head.count <= Self.maxEntryBytes else { return bytes }
    entries.withLock { entries in
      if entries.count >= Self.maxEntries { entries.removeAll(keepingCapacity: true) }
      entries[identity] = (owner, bytes)
    }
    return bytes
  }
}

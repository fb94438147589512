internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// What stands around the spans of a resource or scope, as bytes.
struct Surroundings: Sendable {
  /// `Resource` or `InstrumentationScope` as field 1; empty if there is nothing to say of it.
  var head: [UInt8] = []
  /// `schema_url` as field 3; empty for none.
  var tail: [UInt8] = []
}

/// The encoded resources and scopes of the last batches, by identity.
///
/// An entry holds on to its resource or scope, so an identity can't come to mean another one.
final class HeaderCache: Sendable {
  private static let maxEntries = 64
  private static let maxEntryBytes = 64 << 10

  private struct State {
    var resources: [ObjectIdentifier: (owner: Resource, bytes: Surroundings)] = [:]
    var scopes: [ObjectIdentifier: (owner: InstrumentationScope, bytes: Surroundings)] = [:]
  }

  private let state = Mutex(State())

  func resource(_ resource: Resource) -> Surroundings {
    let identity = ObjectIdentifier(resource.storage)
    if let known = state.withLock({ $0.resources[identity]?.bytes }) { return known }
    let bytes = Self.encode(resource)
    guard bytes.head.count <= Self.maxEntryBytes else { return bytes }
    state.withLock { state in
      if state.resources.count >= Self.maxEntries { state.resources.removeAll(keepingCapacity: true) }
      state.resources[identity] = (resource, bytes)
    }
    return bytes
  }

  func scope(_ scope: InstrumentationScope) -> Surroundings {
    let identity = ObjectIdentifier(scope.storage)
    if let known = state.withLock({ $0.scopes[identity]?.bytes }) { return known }
    let bytes = Self.encode(scope)
    guard bytes.head.count <= Self.maxEntryBytes else { return bytes }
    state.withLock { state in
      if state.scopes.count >= Self.maxEntries { state.scopes.removeAll(keepingCapacity: true) }
      state.scopes[identity] = (scope, bytes)
    }
    return bytes
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

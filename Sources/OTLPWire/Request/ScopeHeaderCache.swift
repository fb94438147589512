internal import TelemetryCore
internal import TelemetrySDK

/// The encoded headers of the resources or scopes of the last batches, by identity. Bounded and thread-safe.
///
/// An entry retains its owner, so an identity is never reused while it is in the cache.
final class ScopeHeaderCache<Owner: Sendable>: Sendable {
  private let entries = Locked<[ObjectIdentifier: (owner: Owner, header: ScopeHeader)]>([:])

  private static var maxEntries: Int { 64 }
  private static var maxEntryBytes: Int { 64 << 10 }

  /// - Parameter content: Writes the content of the owner's message.
  private func header(
    of owner: Owner, _ identity: ObjectIdentifier, schemaURL: String, _ content: (inout ProtobufWriter) -> Void
  ) -> ScopeHeader {
    if let known = entries.withLock({ $0[identity]?.header }) { return known }
    let header = Self.encode(schemaURL: schemaURL, content)
    guard header.owner.count <= Self.maxEntryBytes else { return header }
    entries.withLock { entries in
      if entries.count >= Self.maxEntries { entries.removeAll(keepingCapacity: true) }
      entries[identity] = (owner, header)
    }
    return header
  }

  private static func encode(schemaURL: String, _ content: (inout ProtobufWriter) -> Void) -> ScopeHeader {
    let owner = ProtobufWriter.bytes { writer in
      content(&writer)
      if writer.written > 0 { writer.prefix(WireTags.ResourceItems.resource, since: 0) }
    }
    let url = ProtobufWriter.bytes { $0.stringField(WireTags.ResourceItems.schemaURL, schemaURL) }
    return ScopeHeader(owner: owner, schemaURL: url)
  }
}

extension ScopeHeaderCache<Resource> {
  func header(of resource: Resource) -> ScopeHeader {
    header(of: resource, ObjectIdentifier(resource.storage), schemaURL: resource.schemaURL) { writer in
      writer.varintField(WireTags.Resource.droppedAttributesCount, UInt64(resource.droppedAttributesCount))
      writer.attributes(WireTags.Resource.attributes, resource.attributes)
    }
  }
}

extension ScopeHeaderCache<InstrumentationScope> {
  func header(of scope: InstrumentationScope) -> ScopeHeader {
    header(of: scope, ObjectIdentifier(scope.storage), schemaURL: scope.schemaURL) { writer in
      writer.varintField(WireTags.Scope.droppedAttributesCount, UInt64(scope.droppedAttributesCount))
      writer.attributes(WireTags.Scope.attributes, scope.attributes)
      writer.stringField(WireTags.Scope.version, scope.version)
      writer.stringField(WireTags.Scope.name, scope.name)
    }
  }
}

/// Describes a side of the process, such as the host, the container or the cloud. A detector must be quick and must not
/// use the network, since a resource is complete before the first span starts.
public protocol ResourceDetector: Sendable {
  /// The attributes that were found, with the schema that they follow; ``Resource/empty`` if there are none, which is
  /// no error.
  func detect() -> Resource
}

extension ResourceDetector {
  /// A resource of these attributes, without those that are nil.
  func resource(_ attributes: KeyValuePairs<String, AttributeValue?>) -> Resource {
    let found = attributes.compactMap { key, value in value.map { (key, $0) } }
    return found.isEmpty ? .empty : Resource(Attributes(found), schemaURL: SemanticConventions.schemaURL)
  }
}

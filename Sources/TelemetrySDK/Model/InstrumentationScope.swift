/// The library that made a span. Immutable; copies share storage.
public struct InstrumentationScope: Hashable, Sendable {
  package final class Storage: Sendable {
    let name: String
    let version: String
    let attributes: Attributes
    let droppedAttributesCount: UInt32
    let schemaURL: String

    init(name: String, version: String, attributes: Attributes, droppedAttributesCount: UInt32, schemaURL: String) {
      self.name = name
      self.version = version
      self.attributes = attributes
      self.droppedAttributesCount = droppedAttributesCount
      self.schemaURL = schemaURL
    }
  }

  /// The key of the encoder's cache: equal identities mean equal scopes, though equal scopes may have different identities.
  package let storage: Storage

  /// Makes a scope.
  /// - Parameters:
  ///   - name: The library's or module's name.
  ///   - version: The version of the library; default none.
  ///   - attributes: Further attributes of the library.
  ///   - droppedAttributesCount: The number of attributes that were left out.
  ///   - schemaURL: The schema URL of the scope's spans and events; default none.
  public init(
    name: String, version: String = "", attributes: Attributes = [:], droppedAttributesCount: UInt32 = 0,
    schemaURL: String = ""
  ) {
    storage = Storage(
      name: name, version: version, attributes: attributes, droppedAttributesCount: droppedAttributesCount,
      schemaURL: schemaURL)
  }

  /// A scope without a name.
  public static let empty = InstrumentationScope(name: "")

  /// The library's or module's name.
  public var name: String { storage.name }
  /// The version of the library; empty for none.
  public var version: String { storage.version }
  /// Further attributes of the library.
  public var attributes: Attributes { storage.attributes }
  /// The number of attributes that were left out.
  public var droppedAttributesCount: UInt32 { storage.droppedAttributesCount }
  /// The schema URL of the scope's spans and events; empty for none.
  public var schemaURL: String { storage.schemaURL }

  /// True if both have equal contents.
  public static func == (left: InstrumentationScope, right: InstrumentationScope) -> Bool {
    if left.storage === right.storage { return true }
    return left.name == right.name && left.version == right.version && left.attributes == right.attributes
      && left.schemaURL == right.schemaURL && left.droppedAttributesCount == right.droppedAttributesCount
  }

  /// Hashes name and version.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(version)
  }
}

extension InstrumentationScope: CustomStringConvertible {
  /// The name, and the version, the attributes and the schema URL if the scope has them.
  public var description: String {
    let parts = [name, version, attributes.isEmpty ? "" : "\(attributes)", schemaURL.isEmpty ? "" : "@\(schemaURL)"]
    return parts.filter { !$0.isEmpty }.joined(separator: " ")
  }
}

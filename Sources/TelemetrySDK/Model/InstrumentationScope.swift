/// The library that made a span. Immutable; copies share their storage.
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

  /// Equal identities mean equal scopes; the reverse need not hold. What the encoder's cache goes by.
  package let storage: Storage

  /// Makes a scope.
  /// - Parameters:
  ///   - name: The library's or module's name.
  ///   - version: Its version; empty for none.
  ///   - attributes: What else describes it.
  ///   - droppedAttributesCount: How many attributes were left out.
  ///   - schemaURL: The schema that the scope's spans and events follow; empty for none.
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
  /// Its version; empty for none.
  public var version: String { storage.version }
  /// What else describes it.
  public var attributes: Attributes { storage.attributes }
  /// How many attributes were left out.
  public var droppedAttributesCount: UInt32 { storage.droppedAttributesCount }
  /// The schema that the scope's spans and events follow; empty for none.
  public var schemaURL: String { storage.schemaURL }

  /// Whether both have equal contents.
  public static func == (left: InstrumentationScope, right: InstrumentationScope) -> Bool {
    if left.storage === right.storage { return true }
    return left.name == right.name && left.version == right.version && left.attributes == right.attributes
      && left.schemaURL == right.schemaURL && left.droppedAttributesCount == right.droppedAttributesCount
  }

  /// Hashes what is compared.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(version)
  }
}

/// What produces telemetry: the service, its host and process. Immutable; copies share their storage.
public struct Resource: Hashable, Sendable {
  package final class Storage: Sendable {
    let attributes: Attributes
    let droppedAttributesCount: UInt32
    let schemaURL: String

    init(attributes: Attributes, droppedAttributesCount: UInt32, schemaURL: String) {
      self.attributes = attributes
      self.droppedAttributesCount = droppedAttributesCount
      self.schemaURL = schemaURL
    }
  }

  /// Equal identities mean equal resources; the reverse need not hold. What the encoder's cache goes by.
  package let storage: Storage

  /// Makes a resource.
  /// - Parameters:
  ///   - attributes: By the semantic conventions, `service.name` at least.
  ///   - droppedAttributesCount: How many attributes were left out.
  ///   - schemaURL: The schema that the attributes follow; empty for none.
  public init(_ attributes: Attributes = [:], droppedAttributesCount: UInt32 = 0, schemaURL: String = "") {
    storage = Storage(
      attributes: attributes, droppedAttributesCount: droppedAttributesCount, schemaURL: schemaURL)
  }

  /// A resource without attributes.
  public static let empty = Resource()

  /// What describes the resource.
  public var attributes: Attributes { storage.attributes }
  /// How many attributes were left out.
  public var droppedAttributesCount: UInt32 { storage.droppedAttributesCount }
  /// The schema that the attributes follow; empty for none.
  public var schemaURL: String { storage.schemaURL }

  /// Whether both have equal contents.
  public static func == (left: Resource, right: Resource) -> Bool {
    if left.storage === right.storage { return true }
    return left.attributes == right.attributes && left.schemaURL == right.schemaURL
      && left.droppedAttributesCount == right.droppedAttributesCount
  }

  /// Hashes what is compared.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(attributes)
    hasher.combine(schemaURL)
  }
}

/// The producer of telemetry: a service with its host and process. Immutable; copies share storage.
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

  /// The key of the encoder's cache: equal identities mean equal resources, though equal resources may have different
  /// identities.
  package let storage: Storage

  /// Makes a resource.
  /// - Parameters:
  ///   - attributes: Attributes of the semantic conventions, at least `service.name`.
  ///   - droppedAttributesCount: The number of attributes that were left out.
  ///   - schemaURL: The schema URL of the attributes; default none.
  public init(_ attributes: Attributes = [:], droppedAttributesCount: UInt32 = 0, schemaURL: String = "") {
    storage = Storage(
      attributes: attributes, droppedAttributesCount: droppedAttributesCount, schemaURL: schemaURL)
  }

  /// A resource without attributes.
  public static let empty = Resource()

  /// The attributes of the resource.
  public var attributes: Attributes { storage.attributes }
  /// The number of attributes that were left out.
  public var droppedAttributesCount: UInt32 { storage.droppedAttributesCount }
  /// The schema URL of the attributes; empty for none.
  public var schemaURL: String { storage.schemaURL }

  /// True if both have equal contents.
  public static func == (left: Resource, right: Resource) -> Bool {
    if left.storage === right.storage { return true }
    return left.attributes == right.attributes && left.schemaURL == right.schemaURL
      && left.droppedAttributesCount == right.droppedAttributesCount
  }

  /// Hashes attributes and schema URL.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(attributes)
    hasher.combine(schemaURL)
  }
}

extension Resource: CustomStringConvertible {
  /// The attributes, in the form of a map, and the schema URL behind `@`.
  public var description: String { schemaURL.isEmpty ? "\(attributes)" : "\(attributes)@\(schemaURL)" }
}

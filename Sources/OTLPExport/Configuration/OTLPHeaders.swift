internal import TelemetryCore

/// Request headers (gRPC metadata) that a user adds. Names are case-insensitive, unique, and sent in lower case. Values are
/// secrets, which no description shows.
public struct OTLPHeaders: Hashable, Sendable {
  package struct Element: Hashable, Sendable {
    package var name: String
    package var value: String
  }

  package private(set) var elements: [Element] = []

  /// No headers.
  public init() {}

  /// The value of the header `name`. Setting nil removes the header. Headers are checked when the exporter is made.
  public subscript(name: String) -> String? {
    get {
      let name = name.lowercased()
      return elements.first { $0.name == name }?.value
    }
    set {
      let name = name.lowercased()
      let index = elements.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): elements[index].value = value
      case (let index?, nil): elements.remove(at: index)
      case (nil, let value?): elements.append(Element(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// The names in lower case, in the order of their addition.
  public var names: [String] { elements.map(\.name) }

  /// True without headers.
  public var isEmpty: Bool { elements.isEmpty }

  /// Adds the other headers, except for names that are present.
  package mutating func fill(_ others: OTLPHeaders) {
    for other in others.elements where self[other.name] == nil { elements.append(other) }
  }
}

extension OTLPHeaders: ExpressibleByDictionaryLiteral {
  /// Adds the pairs in order; of equal names the last value counts.
  public init(dictionaryLiteral pairs: (String, String)...) {
    for (name, value) in pairs { self[name] = value }
  }
}

extension OTLPHeaders: CustomStringConvertible, CustomReflectable {
  /// The names, each with `[REDACTED]` for the value.
  public var description: String {
    elements.map { "\(Redaction.shown($0.name))=\(Redaction.mark)" }.joined(separator: ",")
  }

  /// The names, each with `[REDACTED]` for the value.
  public var customMirror: Mirror {
    Mirror(
      self, children: elements.map { (label: Redaction.shown($0.name), value: Redaction.mark as Any) },
      displayStyle: .dictionary)
  }
}

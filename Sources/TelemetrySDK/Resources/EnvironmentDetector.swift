/// The attributes of `OTEL_RESOURCE_ATTRIBUTES` and the service name of `OTEL_SERVICE_NAME`, which wins.
///
/// The list `key=value,key=value` is percent-decoded. If an entry can't be read, the whole list is ignored, and a
/// warning names the position of the entry (RULES 4.9).
public struct EnvironmentDetector: ResourceDetector {
  private let environment: Environment

  /// Makes a detector.
  public init(environment: [String: String], diagnostics: Diagnostics = .standardError) {
    self.environment = Environment(environment, diagnostics: diagnostics)
  }

  /// The attributes as texts; without a schema, since their names are the user's.
  public func detect() -> Resource {
    var attributes = listedAttributes ?? Attributes()
    if let name = environment.string(["OTEL_SERVICE_NAME"]) { attributes["service.name"] = .string(name.value) }
    return attributes.isEmpty ? .empty : Resource(attributes)
  }

  private var listedAttributes: Attributes? {
    guard let (variable, text) = environment.string(["OTEL_RESOURCE_ATTRIBUTES"]) else { return nil }
    var pairs: [(String, AttributeValue)] = []
    for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      let entry = entry.trimmed
      if entry.isEmpty { continue }
      guard let equals = entry.firstIndex(of: "="), let key = Self.decoded(entry[..<equals]), !key.isEmpty,
        let value = Self.decoded(entry[entry.index(after: equals)...])
      else {
        environment.ignored(
          variable, entry: index + 1, name: nil,
          allowed: "key=value, percent-encoded; with another entry the whole list is ignored")
        return nil
      }
      pairs.append((key, .string(value)))
    }
    return Attributes(pairs)
  }

  private static func decoded(_ text: Substring) -> String? {
    PercentEncoding.bytes(text.trimmed).flatMap { String(validating: $0, as: UTF8.self) }
  }
}

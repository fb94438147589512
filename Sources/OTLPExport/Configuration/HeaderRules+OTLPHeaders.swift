package import TelemetryCore

extension HeaderRules {
  /// Checks all headers.
  /// - Throws: An error for the first header that can't be sent, with the header's name and without the value.
  package static func validate(_ headers: OTLPHeaders, option: String = "headers") throws(ConfigurationError) {
    for header in headers.elements {
      if let allowed = problem(name: header.name) {
        throw ConfigurationError(option: option, value: header.name, allowed: allowed)
      }
      if let allowed = problem(value: header.value, of: header.name) {
        throw ConfigurationError(option: option, value: "\(header.name)=\(Redaction.mark)", allowed: allowed)
      }
    }
  }

  /// The headers in gRPC's form: binary values have no padding (5.1.8).
  package static func metadata(_ headers: OTLPHeaders) -> [(name: String, value: String)] {
    headers.elements.map { header in
      guard header.name.hasSuffix("-bin") else { return (header.name, header.value) }
      return (header.name, String(header.value.prefix { $0 != "=" }))
    }
  }
}

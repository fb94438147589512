package import HTTP2Transport
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
  package static func metadata(_ headers: OTLPHeaders) -> [HTTP2Field] {
    headers.elements.map { header in
      let value = header.name.hasSuffix("-bin") ? String(header.value.prefix { $0 != "=" }) : header.value
      return HTTP2Field(name: header.name, value: value, neverIndexed: true)
    }
  }
}

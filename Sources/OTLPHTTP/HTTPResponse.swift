internal import TelemetryCore

/// A response of an OTLP/HTTP server, with the fields that matter here.
package struct HTTPResponse: Hashable, Sendable {
  /// A field that is read. The raw value is the name in lower case.
  package enum Field: String, CaseIterable, Sendable {
    case contentType = "content-type"
    case contentEncoding = "content-encoding"
    case retryAfter = "retry-after"
    case date
    case location
  }

  package var status: Int
  /// The last value of each field.
  package var fields: [Field: String] = [:]
  package var body: [UInt8] = []

  package init(status: Int, fields: [Field: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// The media type in lower case, without its parameters; empty without one.
  var mediaType: String {
    let value = fields[.contentType, default: ""]
    return String(value.prefix { $0 != ";" }.trimmed).lowercased()
  }
}

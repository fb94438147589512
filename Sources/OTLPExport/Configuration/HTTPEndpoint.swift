package import TelemetryCore

/// The server and the place on it that an endpoint of OTLP over HTTP names (RULES 2.3).
package struct HTTPEndpoint: Hashable, Sendable {
  package let server: Endpoint
  /// As it was written: empty, or with a slash in front.
  package let path: String
  /// Empty, or with its question mark.
  package let query: String

  init(server: Endpoint, path: String, query: String) {
    self.server = server
    self.path = path
    self.query = query
  }

  /// Reads an endpoint.
  /// - Throws: An error that states the allowed forms.
  package init(_ text: String, option: String = "endpoint") throws(ConfigurationError) {
    self = try EndpointParser(text: text, insecure: true, option: option).parseHTTP()
  }

  /// The path and query of requests to the place that the endpoint names itself: without a path it is the root (2.3.3).
  package var ownTarget: String { (path.isEmpty ? "/" : path) + query }

  /// The path and query of requests for a signal, to a base that the endpoint names (2.3.2). A Unix socket is a base.
  package func target(of signal: OTLPSignal) -> String {
    (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/" + signal.httpPath + query
  }

  /// An endpoint's text for messages: without credentials and query, and only its length if the text is no endpoint and may
  /// be a secret.
  package static func redacted(_ text: String) -> String {
    guard let endpoint = try? HTTPEndpoint(text) else { return Redaction.shown(text) }
    return endpoint.server.description + endpoint.path + (endpoint.query.isEmpty ? "" : "?" + Redaction.mark)
  }
}

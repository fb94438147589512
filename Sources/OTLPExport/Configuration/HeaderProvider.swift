/// What a header provider gives.
public struct ProvidedHeaders: Sendable {
  /// The headers of each request from now on. They override those of the same name that were configured.
  public var headers: OTLPHeaders
  /// How long they may be used, from the moment on that the provider returns; nil for as long as the server takes them.
  /// Zero for the exports that wait for them and no others.
  public var validity: Duration?

  /// Makes a provider's answer.
  public init(_ headers: OTLPHeaders, validFor validity: Duration? = nil) {
    self.headers = headers
    self.validity = validity
  }
}

/// Gives headers that change, such as a token that expires.
///
/// It is called on a telemetry thread, never twice at once, when an export needs headers and there are none that are
/// valid; code that blocks belongs on `TelemetryRuntime.block(_:)`. Its time counts against the attempt's. What it throws is shown
/// in diagnostics and so must not describe itself by a secret; it is asked again like a server that is unavailable.
public typealias HeaderProvider = @Sendable () async throws -> ProvidedHeaders

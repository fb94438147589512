/// A header provider's result.
public struct ProvidedHeaders: Sendable {
  /// The headers of each further request. They override configured headers of the same name.
  public var headers: OTLPHeaders
  /// The time for which the headers may be used after the provider returns. Nil: until the server refuses the headers. Zero:
  /// only for the exports that wait at that moment.
  public var validity: Duration?

  /// Makes a result.
  public init(_ headers: OTLPHeaders, validFor validity: Duration? = nil) {
    self.headers = headers
    self.validity = validity
  }
}

/// Provides headers that change, such as a token that expires.
///
/// The exporter calls the provider on a telemetry thread, no two calls at once, when an export needs headers and no valid
/// headers are known; code that blocks belongs on `TelemetryRuntime.block(_:)`. The call's time counts as the attempt's
/// time. Diagnostics show a thrown error, whose description must not contain a secret. After an error the export is
/// retried as if the server were unavailable.
public typealias HeaderProvider = @Sendable () async throws -> ProvidedHeaders

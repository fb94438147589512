internal import OTLPExport
internal import TelemetrySDK

extension Finding {
  /// The mistake behind a failed export.
  static func export(
    _ failure: AttemptFailure, _ acceptsUncompressed: Bool, _ context: ProbeContext
  ) -> Finding {
    let answer = failure.text
    if acceptsUncompressed {
      return Finding(
        .compressionUnsupported,
        "the server accepts requests, but not gzip (\(answer)); the exporter then sends requests uncompressed",
        advice: "set --compression none (OTEL_EXPORTER_OTLP_COMPRESSION), or allow gzip on the server",
        code: .configuration)
    }
    switch (failure.origin, failure.status) {
    case (.server, "UNAUTHENTICATED"): return unauthenticated(answer, context)
    case (.server, "PERMISSION_DENIED"):
      return Finding(
        .credentialsRefused, "the server forbids the export (\(answer))",
        advice: "ask for the permission to write telemetry, or use other credentials")
    case (.server, "UNIMPLEMENTED"), (.server, "NOT_FOUND"),
      (.server, "UNKNOWN") where failure.isHTTPStatus:
      return Finding(
        .notOTLP,
        "the server speaks HTTP/2, but has no OTLP \(service(context.signal)) service over gRPC there (\(answer))",
        advice: "check that the OTLP receiver of the server has gRPC enabled, and the port: \(context.defaultURL)")
    case (.deadline, _):
      return Finding(
        .exportTimeout, "the server accepted the request and didn't answer in time",
        advice: "check the server's log: the server or its back end is stuck; or give a longer --timeout")
    default:
      return Finding(.exportFailed, "the export failed (\(answer))", advice: "check the server's log")
    }
  }

  /// The signal's name in that of its gRPC service.
  private static func service(_ signal: OTLPSignal) -> String { signal == .traces ? "trace" : "\(signal)" }

  private static func unauthenticated(_ answer: String, _ context: ProbeContext) -> Finding {
    if context.hasAuthorization {
      return Finding(
        .credentialsRefused, "the server doesn't accept the authorization header (\(answer))",
        advice: "check the token: it may be expired, belong to another environment, or lack 'Bearer ' before it")
    }
    return Finding(
      .credentialsMissing, "the server requires credentials, but there is no authorization header (\(answer))",
      advice: "give --header 'authorization=Bearer TOKEN' (OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer%20TOKEN')")
  }
}

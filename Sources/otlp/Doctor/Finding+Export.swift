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
    if context.isHTTP, let finding = overHTTP(failure, context) { return finding }
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
        advice: "check that the OTLP receiver of the server has gRPC enabled, and the port: \(context.portAdvice)")
    case (.deadline, _):
      return Finding(
        .exportTimeout, "the server accepted the request and didn't answer in time",
        advice: "check the server's log: the server or its back end is stuck; or give a longer --timeout")
    default:
      return Finding(.exportFailed, "the export failed (\(answer))", advice: "check the server's log")
    }
  }

  /// The mistake behind a failure over HTTP; nil if it is the same as over gRPC.
  private static func overHTTP(_ failure: AttemptFailure, _ context: ProbeContext) -> Finding? {
    let answer = failure.text
    if failure.isTLS {
      return Finding(
        .tlsFailed, "no TLS connection to \(context.place) (\(answer))",
        advice:
          "check that the port speaks TLS, and the certificates: --certificate, --server-name, --client-certificate")
    }
    guard failure.origin == .server else {
      return failure.origin == .deadline
        ? nil
        : Finding(
          .exportFailed, "the server didn't answer as HTTP does (\(answer))",
          advice: "check that the port is that of OTLP over HTTP, by custom 4318; gRPC's is 4317")
    }
    switch failure.status {
    case "HTTP 401": return unauthenticated(answer, context)
    case "HTTP 403":
      return Finding(
        .credentialsRefused, "the server forbids the export (\(answer))",
        advice: "ask for the permission to write telemetry, or use other credentials")
    case "HTTP 404", "HTTP 405":
      return Finding(
        .notOTLP, "the server speaks HTTP, but takes no OTLP of \(context.signal) there (\(answer))",
        advice: context.httpPlace?.advice(standard: context.signal.httpPath) ?? "check the path of the endpoint")
    default: return nil
    }
  }

  static func http2Server(_ context: ProbeContext) -> Finding {
    Finding(
      .protocolMismatch,
      "\(context.place) speaks HTTP/2 without TLS, as gRPC does, but the protocol is OTLP over HTTP",
      advice: "use the port of OTLP over HTTP, by custom 4318, or --protocol grpc (OTEL_EXPORTER_OTLP_PROTOCOL=grpc)")
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

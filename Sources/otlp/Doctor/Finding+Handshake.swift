internal import HTTP2Transport
internal import OTLPExport
internal import TelemetryCore

extension Finding {
  /// The mistake behind a failed TLS or HTTP/2 handshake.
  static func handshake(
    _ error: HTTP2ConnectError, _ isSecurityMismatch: Bool, _ context: ProbeContext
  ) -> Finding {
    if isSecurityMismatch, !context.endpoint.isSecure { return plaintextToTLS(context) }
    switch error {
    case .tls(let error) where error.code == .http1: return http1(context)
    case .tls(let error) where isSecurityMismatch || error.code == .notTLS: return tlsToPlaintext(context)
    case .tls(let error): return tls(error, context)
    case .peerSpeaksTLS: return plaintextToTLS(context)
    case .http1: return http1(context)
    case .timedOut where isSecurityMismatch: return tlsToPlaintext(context)
    case .timedOut:
      return Finding(
        .silentServer, "\(context.place) accepts connections but sends nothing",
        advice: "check that an OTLP/gRPC server listens there and isn't stuck; a proxy without a back end does this too"
      )
    case .closedByPeer: return closed("it closed the connection before the HTTP/2 handshake", context)
    case .transport(let error): return closed("\(error)", context)
    case .goAway(let code, let debug):
      let text = debug.isEmpty ? "" : ": \(debug.sanitized(limit: 200))"
      return Finding(
        .closedByServer, "\(context.place) refuses connections (GOAWAY, code \(code)\(text))",
        advice: "check the server's log; it may be overloaded or shutting down")
    case .notHTTP2(let answer):
      return Finding(
        .notHTTP2, "\(context.place) speaks another protocol than HTTP/2: \(answer.sanitized(limit: 200))",
        advice: "check the port: \(context.portAdvice)")
    case .cancelled: return cancelled
    }
  }

  private static func plaintextToTLS(_ context: ProbeContext) -> Finding {
    Finding(
      .plaintextToTLS, "\(context.place) speaks TLS, but the endpoint asks for plaintext",
      advice: "use \(context.secureURL)"
        + (context.isSchemeless ? ", or remove --insecure (OTEL_EXPORTER_OTLP_INSECURE)" : ""))
  }

  private static func tlsToPlaintext(_ context: ProbeContext) -> Finding {
    if context.isSchemeless {
      return Finding(
        .schemelessMeansTLS,
        "the endpoint has no scheme, which means TLS, but \(context.place) speaks plaintext",
        advice: "write \(context.plaintextURL), or set --insecure (OTEL_EXPORTER_OTLP_INSECURE=true)")
    }
    return Finding(
      .tlsToPlaintext, "\(context.place) speaks plaintext, but the endpoint asks for TLS",
      advice: "use \(context.plaintextURL), or the server's TLS port")
  }

  private static func http1(_ context: ProbeContext) -> Finding {
    let port = context.isHTTPPort ? "4318 is the port of OTLP over HTTP" : "it may be the port of OTLP over HTTP"
    return Finding(
      .http1Server, "\(context.place) answers in HTTP/1, but gRPC needs HTTP/2: \(port)",
      advice: "use the server's gRPC port: \(context.portAdvice)")
  }

  private static func closed(_ reason: String, _ context: ProbeContext) -> Finding {
    Finding(
      .closedByServer, "\(context.place) accepts connections and ends them: \(reason)",
      advice: "check the port and the server's log; a proxy without a back end does this too")
  }
}

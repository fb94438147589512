internal import HTTP2Transport

extension Finding {
  /// The mistake behind an error of TLS with a server that speaks TLS.
  static func tls(_ error: TLSError, _ context: ProbeContext) -> Finding {
    let (mistake, advice) = remedy(error.code, context)
    return Finding(mistake, error.message, advice: advice)
  }

  private static func remedy(_ code: TLSError.Code, _ context: ProbeContext) -> (Mistake, advice: String) {
    switch code {
    case .unknownAuthority:
      let reason = context.authorities.map { "the authorities in \($0) are not the server's" }
      return (
        .unknownAuthority,
        "\(reason ?? "the system doesn't know this authority"): give the PEM file of the authority that signed the "
          + "server's certificate with --certificate (OTEL_EXPORTER_OTLP_CERTIFICATE)"
      )
    case .wrongHost:
      return (
        .wrongHost,
        "use a name of the certificate in the endpoint or as --server-name (serverName in code), or give the server a "
          + "certificate for \(context.certificateName)"
      )
    case .noALPN:
      return (
        .noHTTP2, "use the server's gRPC port (\(context.portAdvice)), or allow HTTP/2 (ALPN h2) in the proxy before it"
      )
    default: return remedy(code)
    }
  }

  /// The remedies that are the same for every server.
  private static func remedy(_ code: TLSError.Code) -> (Mistake, advice: String) {
    switch code {
    case .certificateExpired:
      (.certificateExpired, "renew the server's certificate; if it is new, check the clock of this machine")
    case .certificateNotYetValid:
      (
        .certificateNotYetValid,
        "check the clock of this machine; if it is right, the server's certificate was issued too early"
      )
    case .badCertificate: (.certificateRefused, "give the server a certificate that can be accepted")
    case .closed: (.closedByServer, "check the port and the server's log")
    case .clientCertificateRequired:
      (
        .clientCertificateMissing,
        "give --client-certificate and --client-key "
          + "(OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY)"
      )
    case .clientCertificateRefused:
      (
        .clientCertificateRefused,
        "give a client certificate that is valid and signed by an authority that the server accepts"
      )
    case .clientKeyUnsupported:
      (
        .clientKeyUnsupported,
        "give a client certificate with another kind of key: most servers accept P-256 (EC) and RSA"
      )
    case .unknownAuthority, .wrongHost, .noALPN, .badFile, .http1, .notTLS, .handshake, .connection:
      (.tlsFailed, "check the TLS settings and the log of the server")
    }
  }
}

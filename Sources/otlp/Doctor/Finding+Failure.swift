internal import HTTP2Transport
internal import OTLPExport
internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension Finding {
  /// The mistake behind a failure.
  package init(_ failure: ProbeFailure, _ situation: Situation) {
    switch failure {
    case .network(let error): self = Self.network(error, situation)
    case .handshake(let error, let speaksOther): self = Self.handshake(error, speaksOther, situation)
    case .export(let failure, let isTakenPlain): self = Self.export(failure, isTakenPlain, situation)
    }
  }

  // MARK: The way there

  private static func network(_ error: NetworkError, _ situation: Situation) -> Finding {
    if let proxy = situation.proxy, let finding = Self.wayToProxy(proxy, error) { return finding }
    switch error {
    case .unresolved(let host, let reason):
      return Finding(
        .unresolvedName, "the name '\(host)' can't be resolved: \(reason)",
        advice: "check the spelling of the endpoint's host, and the DNS of this machine (getent hosts \(host))")
    case .timedOut(nil):
      return Finding(
        .unresolvedName, "the name in \(situation.place) can't be resolved: no answer from DNS in time",
        advice: "check the DNS of this machine; an IP address in the endpoint needs none")
    case .timedOut(.some(let address)):
      return Finding(
        .noAnswer, "\(address) doesn't answer at all: neither accepted nor refused in time",
        advice: "check the address and port; a firewall that drops packets looks like this")
    case .connect(let address, let error) where error.code == ECONNREFUSED || error.code == ENOENT:
      let isLocal = address.port == nil
      let place = isLocal ? "the path of its socket is right" : "the port is right: OTLP over gRPC has 4317 by default"
      let what = error.code == ENOENT ? "there is no such socket" : "nobody listens there"
      return Finding(
        .portRefused, "\(address): \(what) (\(error))", advice: "check that the server runs and that \(place)")
    case .connect(_, let error) where error.code == EMFILE || error.code == ENFILE:
      return .limits("\(error)")
    case .connect(let address, let error):
      return Finding(
        .unreachable, "\(address) can't be reached: \(error)", advice: "check the address, the route and the firewall")
    case .proxy(let proxy, let failure): return Self.proxy(proxy, failure, situation)
    case .cancelled:
      return Finding(.noAnswer, "given up before there was an answer", advice: "try again")
    }
  }

  /// The process may not have what telemetry needs.
  package static func limits(_ error: String) -> Finding {
    Finding(.exportFailed, "no thread or no descriptor: \(error)", advice: "raise the limits (ulimit)")
  }

  // MARK: What is spoken there

  private static func handshake(_ error: HTTP2ConnectError, _ speaksOther: Bool, _ situation: Situation) -> Finding {
    if speaksOther, !situation.endpoint.isSecure { return plaintextToTLS(situation) }
    switch error {
    case .tls(let error):
      let isPlaintext = speaksOther || error.code == .notTLS
      return isPlaintext ? tlsToPlaintext(error, situation) : tls(error, situation)
    case .peerSpeaksTLS: return plaintextToTLS(situation)
    case .http1: return http1(situation)
    case .timedOut where speaksOther: return tlsToPlaintext(nil, situation)
    case .timedOut:
      return Finding(
        .silentServer, "\(situation.place) accepts connections and says nothing",
        advice: "check that an OTLP/gRPC server listens there, and that it isn't stuck; a proxy without a back end too")
    case .closedByPeer, .transport: return closed(error, situation)
    case .goAway(let code, let debug):
      let words = debug.isEmpty ? "" : ": \(debug.sanitized(limit: 200))"
      return Finding(
        .closedByServer, "\(situation.place) refuses connections (GOAWAY, code \(code)\(words))",
        advice: "look into the server's log; it may be overloaded or shutting down")
    case .notHTTP2(let what):
      return Finding(
        .notHTTP2, "\(situation.place) speaks something else than HTTP/2: \(what.sanitized(limit: 200))",
        advice: "check the port: \(situation.usualURL) would be the usual one")
    case .cancelled: return Finding(.noAnswer, "given up before there was an answer", advice: "try again")
    }
  }

  private static func plaintextToTLS(_ situation: Situation) -> Finding {
    let isUnschemed = situation.isSchemeless
    return Finding(
      .plaintextToTLS, "\(situation.place) speaks TLS, and the endpoint asks for plaintext",
      advice: "use \(situation.secureURL)"
        + (isUnschemed ? ", or leave --insecure (OTEL_EXPORTER_OTLP_INSECURE) away" : ""))
  }

  private static func tlsToPlaintext(_ error: TLSError?, _ situation: Situation) -> Finding {
    if error?.message.contains("HTTP/1") == true { return http1(situation) }
    if situation.isSchemeless {
      return Finding(
        .schemelessMeansTLS,
        "the endpoint has no scheme, which means TLS, and \(situation.place) speaks plaintext",
        advice: "write \(situation.plaintextURL), or set --insecure (OTEL_EXPORTER_OTLP_INSECURE=true)")
    }
    return Finding(
      .tlsToPlaintext, "\(situation.place) speaks plaintext, and the endpoint asks for TLS",
      advice: "use \(situation.plaintextURL), or the server's TLS port")
  }

  private static func http1(_ situation: Situation) -> Finding {
    let port = situation.isHTTPPort ? "4318 is the port of OTLP over HTTP" : "it may be the port of OTLP over HTTP"
    return Finding(
      .http1Server, "\(situation.place) answers in HTTP/1, and gRPC needs HTTP/2: \(port)",
      advice: "use the server's gRPC port, by default \(situation.usualURL)")
  }

  private static func closed(_ error: HTTP2ConnectError, _ situation: Situation) -> Finding {
    var reason = "it closed the connection before HTTP/2 was set up"
    if case .transport(let error) = error { reason = "\(error)" }
    return Finding(
      .closedByServer, "\(situation.place) accepts connections and ends them: \(reason)",
      advice: "check the port, and look into the server's log; a proxy whose back end is away does this too")
  }

  // MARK: Certificates

  private static func tls(_ error: TLSError, _ situation: Situation) -> Finding {
    let host = situation.certificateName
    switch error.code {
    case .unknownAuthority:
      let file = situation.authorities.map { "the authorities in \($0) are the wrong ones" }
      return Finding(
        .unknownAuthority, error.message,
        advice: "\(file ?? "the system doesn't know this authority"): give the PEM file of the authority that signed "
          + "the server's certificate with --certificate (OTEL_EXPORTER_OTLP_CERTIFICATE)")
    case .wrongHost:
      return Finding(
        .wrongHost, error.message,
        advice:
          "use a name that the certificate has, in the endpoint or as --server-name (serverName in code), or give the "
          + "server a certificate for \(host)")
    case .certificateExpired:
      return Finding(
        .certificateExpired, error.message,
        advice: "renew the certificate on the server; if it is a new one, check the clock of this machine")
    case .certificateNotYetValid:
      return Finding(
        .certificateNotYetValid, error.message,
        advice: "check the clock of this machine; if it is right, the server's certificate was made too early")
    case .clientCertificateRequired:
      return Finding(
        .clientCertificateMissing, error.message,
        advice: "give --client-certificate and --client-key "
          + "(OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY)")
    case .clientCertificateRefused:
      return Finding(
        .clientCertificateRefused, error.message,
        advice: "give a client certificate that is valid and signed by an authority that the server accepts")
    case .clientKeyUnsupported:
      return Finding(
        .clientKeyUnsupported, error.message,
        advice: "give a client certificate with another kind of key: P-256 (EC) and RSA are taken nearly everywhere")
    case .noALPN:
      return Finding(
        .noHTTP2, error.message,
        advice: "use the server's gRPC port (\(situation.usualURL)), or allow HTTP/2 (ALPN h2) in the proxy before it")
    case .badCertificate:
      return Finding(.certificateRefused, error.message, advice: "give the server a certificate that can be accepted")
    case .closed:
      return Finding(.closedByServer, error.message, advice: "check the port, and look into the server's log")
    case .badFile, .notTLS, .handshake, .connection:
      return Finding(.tlsFailed, error.message, advice: "check the TLS settings of the server, and its log")
    }
  }

  // MARK: The export

  private static func export(_ failure: AttemptFailure, _ isTakenPlain: Bool, _ situation: Situation) -> Finding {
    let answer = failure.text
    if isTakenPlain {
      return Finding(
        .compressionUnsupported,
        "the server takes requests, but not gzip (\(answer)); the exporter sends them uncompressed then",
        advice: "set --compression none (OTEL_EXPORTER_OTLP_COMPRESSION), or allow gzip on the server",
        code: .configuration)
    }
    switch (failure.origin, failure.status) {
    case (.server, "UNAUTHENTICATED"): return credentials(answer, situation)
    case (.server, "PERMISSION_DENIED"):
      return Finding(
        .credentialsRefused, "the server forbids the export (\(answer))",
        advice: "ask for the permission to write telemetry, or use other credentials")
    case (.server, "UNIMPLEMENTED"), (.server, "NOT_FOUND"),
      (.server, "UNKNOWN") where failure.message.hasPrefix("HTTP status"):
      return Finding(
        .notOTLP, "the server speaks HTTP/2, but has no OTLP trace service over gRPC there (\(answer))",
        advice: "check that the OTLP receiver of the server has gRPC enabled, and the port: \(situation.usualURL)")
    case (.deadline, _):
      return Finding(
        .exportTimeout, "the server took the request and didn't answer in time",
        advice: "look into the server's log: it, or what stands behind it, is stuck; or allow more with --timeout")
    default:
      return Finding(
        .exportFailed, "the export failed (\(answer))", advice: "look into the server's log")
    }
  }

  private static func credentials(_ answer: String, _ situation: Situation) -> Finding {
    if situation.hasAuthorization {
      return Finding(
        .credentialsRefused, "the server doesn't accept the authorization header (\(answer))",
        advice: "check the token: expired, of another environment, or without its 'Bearer ' before it")
    }
    return Finding(
      .credentialsMissing, "the server wants credentials, and no authorization header is configured (\(answer))",
      advice: "give --header 'authorization=Bearer TOKEN' (OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer%20TOKEN')")
  }
}

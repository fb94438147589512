import OTLPTesting
import TestSupport
import Testing
import otlp

/// Servers and configurations with one mistake each, for `otlp doctor`.
enum DoctorCases {
  struct Case: Sendable, CustomTestStringConvertible {
    var mistake: Finding.Mistake
    var server: DoctorServer.Kind
    /// `{port}` is replaced by the server's port.
    var arguments: [String]
    var environment: [String: String] = [:]
    var code: Int32 = 69
    var words: [String]

    var testDescription: String { mistake.rawValue }
  }

  static func files(_ certificate: String, _ key: String) -> [String] {
    ["--client-certificate", TestFiles.certificate(certificate), "--client-key", TestFiles.certificate(key)]
  }

  static let plain = ["--endpoint", "http://127.0.0.1:{port}"]
  static let untrusted = ["--endpoint", "https://localhost:{port}"]
  static let secure = untrusted + ["--certificate", TestFiles.certificate("ca.pem")]

  /// Without OTLP over HTTP a variable that chooses it is a mistake.
  static let configuration: [Case] = {
    #if HTTP
      return values
    #else
      return values + [
        Case(
          mistake: .protocolMismatch, server: .collector, arguments: plain,
          environment: ["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"], code: 78,
          words: ["OTEL_EXPORTER_OTLP_PROTOCOL", "'http/protobuf'", "grpc", "4317"])
      ]
    #endif
  }()

  private static let values: [Case] = [
    Case(
      mistake: .endpointWithPath, server: .absent, arguments: ["--endpoint", "http://127.0.0.1:4318/v1/traces"],
      code: 64, words: ["--endpoint", "/v1/traces", "http://host:4317", "OTLP over HTTP"]),
    Case(
      mistake: .endpointWithPath, server: .absent, arguments: [],
      environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://u:hunter2@127.0.0.1:4318/v1/traces"],
      code: 78, words: ["OTEL_EXPORTER_OTLP_ENDPOINT", "[REDACTED]@127.0.0.1"]),
    Case(
      mistake: .valueRefused, server: .absent, arguments: ["--endpoint", "ftp://x"], code: 64,
      words: ["--endpoint", "'ftp://x'", "https://host:port"]),
    Case(
      mistake: .valueRefused, server: .absent, arguments: ["--client-certificate", "/x"], code: 64,
      words: ["--client-certificate", "together with its client key"]),
    Case(
      mistake: .variableIgnored, server: .collector, arguments: plain,
      environment: ["OTEL_EXPORTER_OTLP_TIMEOUT": "10s"], code: 78,
      words: ["OTEL_EXPORTER_OTLP_TIMEOUT", "'10s'", "ignored", "milliseconds"]),
    Case(
      mistake: .variableIgnored, server: .collector, arguments: plain,
      environment: ["OTEL_BSP_MAX_QUEUE_SIZE": "many"], code: 78,
      words: ["OTEL_BSP_MAX_QUEUE_SIZE", "many", "1 to 16777216"]),
    Case(
      mistake: .variableIgnored, server: .collector, arguments: plain,
      environment: ["OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"], code: 78,
      words: ["OTEL_EXPORTER_OTLP_COMPRESSION", "'zstd'", "none or gzip"]),
    Case(
      mistake: .variableIgnored, server: .collector, arguments: plain,
      environment: ["OTEL_EXPORTER_OTLP_HEADERS": "a=b,hunter2"], code: 78,
      words: ["OTEL_EXPORTER_OTLP_HEADERS, entry 2", "name=value"]),
    Case(
      mistake: .variableIgnored, server: .collector, arguments: plain,
      environment: ["OTEL_TRACES_EXPORTER": "otlp,zipkin"], code: 78,
      words: ["OTEL_TRACES_EXPORTER", "'zipkin'", "otlp, console, otlp/stdout or none"]),
    Case(
      mistake: .variableIgnored, server: .collector, arguments: plain,
      environment: ["OTEL_SPAN_EVENT_COUNT_LIMIT": "-1"], code: 78,
      words: ["OTEL_SPAN_EVENT_COUNT_LIMIT", "'-1'", "0 to 2147483647"]),
    Case(
      mistake: .unknownVariable, server: .collector, arguments: plain,
      environment: ["OTEL_TRACE_SAMPLER": "always_on"], code: 78,
      words: ["OTEL_TRACE_SAMPLER is no known variable", "OTEL_TRACES_SAMPLER is meant"]),
    Case(
      mistake: .nothingExported, server: .collector, arguments: plain, environment: ["OTEL_SDK_DISABLED": "true"],
      code: 78, words: ["OTEL_SDK_DISABLED is true", "unset OTEL_SDK_DISABLED"]),
    Case(
      mistake: .nothingExported, server: .collector, arguments: plain, environment: ["OTEL_TRACES_EXPORTER": "none"],
      code: 78, words: ["OTEL_TRACES_EXPORTER has no otlp", "add otlp"]),
    Case(
      mistake: .nothingExported, server: .collector, arguments: plain,
      environment: ["OTEL_TRACES_SAMPLER": "always_off"], code: 78,
      words: ["OTEL_TRACES_SAMPLER is always_off", "parentbased_always_on"]),
    Case(
      mistake: .withoutEffect, server: .collector,
      arguments: plain + ["--certificate", TestFiles.certificate("ca.pem")], code: 78,
      words: ["--certificate", "plaintext", "https://"]),
    Case(
      mistake: .unusableFile, server: .collector, arguments: untrusted + ["--certificate", "/missing.pem"], code: 78,
      words: ["--certificate", "'/missing.pem'", "can't be read", "PEM"]),
    Case(
      mistake: .unusableFile, server: .collector, arguments: untrusted,
      environment: ["OTEL_EXPORTER_OTLP_CERTIFICATE": "/etc/passwd"], code: 78,
      words: ["OTEL_EXPORTER_OTLP_CERTIFICATE", "'/etc/passwd'", "not PEM"]),
    Case(
      mistake: .keyMismatch, server: .mutual, arguments: secure + files("client.pem", "other_client.key"),
      code: 78, words: ["--client-key", "other_client.key", "client.pem", "private key"]),
  ]

  static let network: [Case] = [
    Case(
      mistake: .unresolvedName, server: .absent,
      arguments: ["--endpoint", "http://collector.invalid:4317", "--timeout", "5"], words: ["collector.invalid", "DNS"]),
    Case(
      mistake: .portRefused, server: .absent, arguments: plain,
      words: ["127.0.0.1:{port}", "no process listens", "the server runs"]),
    Case(
      mistake: .portRefused, server: .absent, arguments: ["--endpoint", "unix:/missing.sock"],
      words: ["/missing.sock: there is no such socket", "the path of the socket"]),
    Case(
      mistake: .noAnswer, server: .filtered, arguments: plain + ["--timeout", "500ms"],
      words: ["127.0.0.1:{port}", "neither accepted nor refused", "firewall"]),
    Case(
      mistake: .silentServer, server: .silent, arguments: plain + ["--timeout", "1500ms"],
      words: ["127.0.0.1:{port}", "sends nothing"]),
    Case(
      mistake: .silentServer, server: .silent, arguments: untrusted + ["--timeout", "1500ms"],
      words: ["localhost:{port}", "sends nothing"]),
    Case(
      mistake: .plaintextToTLS, server: .tls("server"), arguments: plain,
      words: ["speaks TLS", "asks for plaintext", "use https://127.0.0.1:{port}"]),
    Case(
      mistake: .plaintextToTLS, server: .mutual, arguments: ["--endpoint", "localhost:{port}", "--insecure"],
      words: ["speaks TLS", "use https://localhost:{port}", "--insecure"]),
    Case(
      mistake: .tlsToPlaintext, server: .collector, arguments: secure,
      words: ["speaks plaintext", "asks for TLS", "use http://localhost:{port}"]),
    Case(
      mistake: .schemelessMeansTLS, server: .collector, arguments: ["--endpoint", "127.0.0.1:{port}"],
      words: ["no scheme", "means TLS", "http://127.0.0.1:{port}", "--insecure"]),
    Case(
      mistake: .http1Server, server: .canned("HTTP/1.1 400 Bad Request\r\n\r\n"), arguments: plain,
      words: ["answers in HTTP/1", "http://127.0.0.1:4317"]),
    Case(
      mistake: .http1Server, server: .canned("HTTP/1.1 400 Bad Request\r\n\r\n"), arguments: secure,
      words: ["answers in HTTP/1", "4317"]),
    Case(
      mistake: .noHTTP2, server: .tlsHTTP1, arguments: secure, words: ["doesn't speak HTTP/2", "ALPN", "4317"]),
    Case(
      mistake: .notHTTP2, server: .canned("220 mail.example ESMTP ready\r\n"), arguments: plain,
      words: ["another protocol than HTTP/2", "port"]),
    Case(
      mistake: .closedByServer, server: .canned(""), arguments: plain, words: ["127.0.0.1:{port}", "log"]),
  ]

  private static let byProxy = ["--endpoint", "http://collector.example:4317", "--proxy"]

  static let proxies: [Case] = [
    Case(
      mistake: .valueRefused, server: .absent, arguments: byProxy + ["https://u:hunter2@127.0.0.1:{port}"], code: 64,
      words: ["--proxy", "'https://[REDACTED]@127.0.0.1:{port}'", "in plaintext"]),
    Case(
      mistake: .variableIgnored, server: .collector, arguments: plain,
      environment: ["https_proxy": "socks5://u:hunter2@proxy:1"], code: 78,
      words: ["https_proxy", "'socks5://[REDACTED]@proxy:1'", "http://host:port"]),
    Case(
      mistake: .proxyUnreachable, server: .absent, arguments: byProxy + ["http://u:hunter2@127.0.0.1:{port}"],
      words: ["http://[REDACTED]@127.0.0.1:{port}", "refused", "--proxy none"]),
    Case(
      mistake: .proxyUnreachable, server: .absent, arguments: byProxy + ["proxy.invalid:1", "--timeout", "5"],
      words: ["http://proxy.invalid:1", "'proxy.invalid' can't be resolved"]),
    Case(
      mistake: .proxyUnreachable, server: .silent, arguments: byProxy + ["127.0.0.1:{port}", "--timeout", "1"],
      words: ["127.0.0.1:{port}", "didn't answer in time", "collector.example:4317"]),
    Case(
      mistake: .proxyCredentials, server: .canned("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
      arguments: byProxy + ["127.0.0.1:{port}"], words: ["wants a user name", "http://USER:PASSWORD@127.0.0.1:{port}"]),
    Case(
      mistake: .proxyCredentials, server: .canned("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
      arguments: ["--endpoint", "http://collector.example:4317"],
      environment: ["grpc_proxy": "http://u:hunter2@127.0.0.1:{port}"], words: ["doesn't accept", "%40"]),
    Case(
      mistake: .proxyRefused, server: .canned("HTTP/1.1 403 Forbidden\r\n\r\n"),
      arguments: byProxy + ["127.0.0.1:{port}"],
      words: ["forbids", "(403 Forbidden)", "collector.example:4317", "CONNECT"]),
    Case(
      mistake: .proxyRefused, server: .canned("HTTP/1.1 503 Service Unavailable\r\n\r\n"),
      arguments: byProxy + ["127.0.0.1:{port}"],
      words: [
        "can't connect to the server", "(503 Service Unavailable)", "collector.example:4317", "resolves the name",
      ]),
    Case(
      mistake: .notAProxy, server: .collector, arguments: byProxy + ["127.0.0.1:{port}"],
      words: ["400 Bad Request", "is it a proxy?", "--proxy none"]),
    Case(
      mistake: .notAProxy, server: .canned("\0\0\0\u{4}\0\0\0\0\0"), arguments: byProxy + ["127.0.0.1:{port}"],
      words: ["HTTP/2", "is it one?", "--proxy none"]),
    Case(
      mistake: .notAProxy, server: .canned("HTTP/1.1 405 Method Not Allowed\r\n\r\n"),
      arguments: byProxy + ["127.0.0.1:{port}"], words: ["405 Method Not Allowed", "is it a proxy?"]),
    Case(
      mistake: .notAProxy, server: .canned("SSH-2.0-x\r\n"), arguments: byProxy + ["127.0.0.1:{port}"],
      words: ["doesn't speak HTTP"]),
  ]

  static let certificates: [Case] = [
    Case(
      mistake: .unknownAuthority, server: .tls("server"),
      arguments: untrusted + ["--certificate", TestFiles.certificate("other_ca.pem")],
      words: ["swift-otlp test authority", "other_ca.pem", "--certificate"]),
    Case(
      mistake: .unknownAuthority, server: .tls("server"), arguments: untrusted,
      words: ["the system", "OTEL_EXPORTER_OTLP_CERTIFICATE"]),
    Case(
      mistake: .wrongHost, server: .tls("other_name"), arguments: secure,
      words: ["other.example, 192.0.2.1", "not for localhost", "--server-name"]),
    Case(
      mistake: .certificateExpired, server: .tls("expired"), arguments: secure, words: ["expired on", "2001", "renew"]),
    Case(
      mistake: .certificateNotYetValid, server: .tls("future"), arguments: secure,
      words: ["not valid before", "2090", "clock"]),
    Case(
      mistake: .clientCertificateMissing, server: .mutual, arguments: secure,
      words: ["client certificate", "--client-certificate", "--client-key"]),
    Case(
      mistake: .clientCertificateRefused, server: .mutual,
      arguments: secure + files("other_client.pem", "other_client.key"),
      words: ["doesn't accept the client certificate", "signed by an authority"]),
  ]

  static let exports: [Case] = [
    Case(
      mistake: .credentialsMissing, server: .requiring(header: "authorization", "Bearer hunter2"), arguments: plain,
      words: ["no authorization header", "UNAUTHENTICATED", "--header 'authorization=Bearer TOKEN'"]),
    Case(
      mistake: .credentialsRefused, server: .requiring(header: "authorization", "Bearer other"),
      arguments: plain + ["--header", "authorization=hunter2"],
      words: ["doesn't accept the authorization header", "Bearer"]),
    Case(
      mistake: .credentialsRefused, server: .answering(.status(.permissionDenied, message: "no")), arguments: plain,
      words: ["forbids", "PERMISSION_DENIED: no"]),
    Case(
      mistake: .compressionUnsupported, server: .withoutGzip, arguments: plain + ["--compression", "gzip"],
      code: 78, words: ["not gzip", "--compression none"]),
    Case(
      mistake: .notOTLP, server: .answering(.status(.unimplemented, message: "unknown service")), arguments: plain,
      words: ["no OTLP trace service", "UNIMPLEMENTED: unknown service"]),
    Case(
      mistake: .notOTLP, server: .answering(.http(status: 404, contentType: "text/plain", body: "404")),
      arguments: plain, words: ["no OTLP trace service", "HTTP status 404"]),
    Case(
      mistake: .exportTimeout, server: .answering(.silence), arguments: plain + ["--timeout", "5"],
      words: ["didn't answer in time", "--timeout"]),
    Case(
      mistake: .exportFailed, server: .answering(.status(.unavailable, message: "later")), arguments: plain,
      words: ["UNAVAILABLE: later", "log"]),
  ]
}

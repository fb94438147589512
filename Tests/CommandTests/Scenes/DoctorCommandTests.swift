import OTLPTesting
import TestSupport
import TestThreads
import Testing
import otlp

/// `otlp doctor` against servers and configurations with one mistake each.
/// The tests run one at a time: with dozens of processes at once, a server can look silent.
@Suite(.ownThreads, .serialized) struct DoctorCommandTests {
  @Test(
    arguments:
      DoctorCases.configuration + DoctorCases.telemetry + DoctorCases.network + DoctorCases.proxies
      + DoctorCases.certificates
      + DoctorCases.exports)
  func theMistakeIsNamed(_ wrong: DoctorCases.Case) async throws {
    let server = try await DoctorServer(wrong.server)
    let arguments = ["doctor"] + wrong.arguments.map { server.filled($0) }
    let environment = wrong.environment.mapValues { server.filled($0) }
    async let inJSON = Tool.run(arguments + ["--json"], environment: environment)
    let run = try await Tool.run(arguments, environment: environment)
    #expect(run.code == wrong.code)
    let lines = run.output.split(separator: "\n")
    let index = try #require(
      lines.firstIndex { $0.hasPrefix("\(wrong.mistake.rawValue): ") }, "\(run.output)\(run.errors)")
    #expect(lines[index + 1].hasPrefix("  what to do: "))
    let words = lines[index] + "\n" + lines[index + 1]
    for word in wrong.words { #expect(words.contains(server.filled(word))) }
    #expect(lines.count { $0.hasPrefix("  what to do: ") } == 1, "one mistake, one finding")
    #expect(!run.output.contains("hunter2"))
    #expect(run.errors.isEmpty)

    let json = try await inJSON
    #expect(json.code == wrong.code)
    #expect(json.output.split(separator: "\n").count == 1)
    #expect(json.output.contains("\"healthy\":false,\"mistakes\":[{\"mistake\":\"\(wrong.mistake.rawValue)\","))
    #expect(!json.output.contains("hunter2"))
    await server.stop()
  }

  @Test func eachServerIsChecked() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run(
      ["doctor", "--endpoint", collector.endpoint, "--endpoint", "http://127.0.0.1:1"])
    #expect(run.code == 69)
    #expect(run.output.contains("checks of \(collector.endpoint),http://127.0.0.1:1"))
    #expect(run.output.contains("\(collector.endpoint): an empty request"))
    #expect(run.output.contains("http://127.0.0.1:1: 127.0.0.1:1: connect"))
    #expect(run.output.contains("\nportRefused: "))
    await collector.stop()
  }

  @Test func aHealthyConnectionIsShownStepByStep() async throws {
    let server = try await DoctorServer(.tls("chain"))
    let run = try await Tool.run(
      ["doctor", "--timeout", "20", "--header", "x-key=hunter2", "--compression", "gzip"]
        + DoctorCases.secure.map { server.filled($0) },
      environment: [
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20hunter2", "OTEL_BSP_MAX_QUEUE_SIZE": "4096",
        "OTEL_EXPORTER_OTLP_INSECURE": "true", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.5", "OTEL_PROPAGATORS": "b3", "OTEL_SPAN_LINK_COUNT_LIMIT": "9",
        "OTEL_RESOURCE_ATTRIBUTES": "service.name=shop", "OTEL_LOG_LEVEL": "debug", "OTEL_METRICS_EXPORTER": "none",
        "OTEL_METRICS_EXEMPLAR_FILTER": "always_off",
      ])
    #expect(run.code == 0, "\(run.output)")
    let words = run.output.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    for row in [
      ["endpoint", server.filled("https://localhost:{port}"), "--endpoint"],
      ["insecure", "true", "OTEL_EXPORTER_OTLP_INSECURE"],
      ["client-key", "none", "default"],
      ["header", "x-key=[REDACTED]", "--header"],
      ["header", "authorization=[REDACTED]", "OTEL_EXPORTER_OTLP_HEADERS"],
      ["timeout", "20.000", "s", "--timeout"],
      ["queue", "4096", "OTEL_BSP_MAX_QUEUE_SIZE"],
      ["batch", "512", "default"],
      ["sdk-disabled", "false", "default"],
      ["service-name", "shop", "OTEL_RESOURCE_ATTRIBUTES"],
      ["resource-attributes", "service.name=shop", "OTEL_RESOURCE_ATTRIBUTES"],
      ["traces-exporter", "otlp", "default"],
      ["sampler", "ParentBased{root:TraceIdRatioBased{0.500000}}", "OTEL_TRACES_SAMPLER"],
      ["propagators", "b3", "OTEL_PROPAGATORS"],
      ["log-level", "debug", "OTEL_LOG_LEVEL"],
      ["span-attributes", "128", "default"],
      ["span-links", "9", "OTEL_SPAN_LINK_COUNT_LIMIT"],
      ["metrics-exporter", "none", "OTEL_METRICS_EXPORTER"],
      ["logs-exporter", "otlp", "default"],
      ["OTEL_METRICS_EXEMPLAR_FILTER", "always_off", "not", "used"],
    ] {
      #expect(words.contains(row), "\(row)")
    }
    #expect(run.output.contains("certificate 1: /CN=localhost, for localhost, *.wild.example, 127.0.0.1, ::1, valid"))
    #expect(run.output.contains("issued by /CN=intermediate test authority"))
    #expect(run.output.contains("TLSv1.3, ALPN h2"))
    #expect(run.output.contains("an empty request, in gzip, was accepted; no span was sent"))  // 1.1.13
    #expect(run.output.hasSuffix("\nno mistake found\n"))
    #expect(!run.output.contains("hunter2"))
    #expect(run.errors.isEmpty)
    await server.stop()
  }

  @Test func theProxyOfTheEnvironmentIsShownAndNotUsedForThisMachine() async throws {
    let server = try await DoctorServer(.collector)
    let run = try await Tool.run(
      ["doctor"] + DoctorCases.plain.map { server.filled($0) },
      environment: ["HTTPS_PROXY": "http://u:hunter2@proxy.invalid:3128", "no_proxy": ".example.com"])
    #expect(run.code == 0)
    #expect(
      run.output.contains(
        "  proxy                http://[REDACTED]@proxy.invalid:3128, not used for 127.0.0.1 HTTPS_PROXY\n"))
    #expect(run.output.contains("  no-proxy             .example.com                       no_proxy\n"))
    #expect(!run.output.contains("hunter2"))
    await server.stop()
  }

  @Test func aRefusedCertificateIsShown() async throws {
    let server = try await DoctorServer(.tls("expired"))
    let run = try await Tool.run(["doctor"] + DoctorCases.secure.map { server.filled($0) })
    #expect(run.output.contains(/FAIL  tls            [0-9.]+ ms +certificate 1: \/CN=localhost, for localhost/))
    #expect(run.output.contains("2001 GMT, issued by /CN=swift-otlp test authority"))
    #expect(run.output.contains("  -     export                   not tried\n"))
    await server.stop()
  }

  @Test func aValueThatIsIgnoredIsNotShownAsUsed() async throws {
    let server = try await DoctorServer(.collector)
    let run = try await Tool.run(
      ["doctor"] + DoctorCases.plain.map { server.filled($0) },
      environment: ["OTEL_RESOURCE_ATTRIBUTES": "service.name=ra,bad"])
    #expect(run.code == 78)
    #expect(run.output.contains(/resource-attributes +none: the value is ignored +OTEL_RESOURCE_ATTRIBUTES\n/))
    #expect(run.output.contains("an exporter can be made; 1 mistake below"))
    #expect(!run.output.contains("all values can be used"))
    await server.stop()
  }

  @Test("each signal has its own variables, and its own service at the server")
  func signals() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run(
      ["doctor", "--signal", "logs"],
      environment: [
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": collector.endpoint,
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1",
        "OTEL_BLRP_MAX_QUEUE_SIZE": "999", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT": "7",
        "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "x-key=hunter2",
      ])
    #expect(run.code == 0, "\(run.output)")
    let words = run.output.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    for row in [
      ["endpoint", collector.endpoint, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"],
      ["header", "x-key=[REDACTED]", "OTEL_EXPORTER_OTLP_LOGS_HEADERS"],
      ["log-attributes", "7", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT"],
      ["queue", "999", "OTEL_BLRP_MAX_QUEUE_SIZE"], ["schedule-delay", "1.000", "s", "default"],
    ] {
      #expect(words.contains(row), "\(row)")
    }
    #expect(!run.output.contains("span-attributes"))
    #expect(run.output.contains("an empty request was accepted; no log record was sent"))
    #expect(collector.requests.map(\.signal) == [.logs])
    let metrics = try await Tool.run(
      ["doctor", "--signal", "metrics", "--endpoint", collector.endpoint],
      environment: [
        "OTEL_METRIC_EXPORT_TIMEOUT": "777", "OTEL_METRIC_EXPORT_INTERVAL": "5000",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "Delta",
      ])
    #expect(metrics.code == 0, "\(metrics.output)")
    #expect(metrics.output.contains(/interval +5.000 s +OTEL_METRIC_EXPORT_INTERVAL\n/))
    #expect(metrics.output.contains(/temporality +delta +OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE\n/))
    #expect(
      metrics.output.contains("  export-timeout       0.777 s                            OTEL_METRIC_EXPORT_TIMEOUT\n"))
    #expect(!metrics.output.contains("  queue "))
    #expect(collector.requests.map(\.signal) == [.logs, .metrics])
    await collector.stop()
  }

  #if HTTP
    @Test("OTLP over HTTP is examined too", arguments: ["http/protobuf", "http/json"])
    func overHTTP(name: String) async throws {
      let collector = try await LoopbackCollector()
      let run = try await Tool.run(
        ["doctor", "--signal", "logs", "--compression", "gzip"],
        environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": name])
      #expect(run.code == 0, "\(run.output)")
      #expect(run.output.contains("checks of \(collector.endpoint)/v1/logs\n"))
      #expect(run.output.contains("an empty request, in gzip, was accepted; no log record was sent"))
      #expect(run.output.contains("  -     http2                    not tried\n"))
      let request = try #require(collector.requests.first)
      #expect(request.path == "/v1/logs" && request.isCompressed && collector.requests.count == 1)
      let mistakes: [(LoopbackCollector.Response, Finding.Mistake, String)] = [
        (.status(.unauthenticated, message: "who?"), .credentialsMissing, "HTTP status 401"),
        (.status(.permissionDenied, message: "no"), .credentialsRefused, "HTTP status 403"),
        (.status(.unimplemented, message: "none"), .exportFailed, "HTTP status 501"),
      ]
      for (response, mistake, words) in mistakes {
        collector.onRequest { _ in response }
        let run = try await Tool.run(["doctor", "--protocol", name, "--endpoint", collector.endpoint])
        #expect(run.code == 69)
        #expect(run.output.contains("\n\(mistake.rawValue): ") && run.output.contains(words), "\(run.output)")
      }
      await collector.stop()
      let silent = try await Tool.run(["doctor", "--protocol", name, "--endpoint", "http://127.0.0.1:1"])
      #expect(silent.code == 69 && silent.output.contains("the default of OTLP over HTTP is 4318"))
      let path = try await Tool.run(["doctor", "--protocol", name, "--endpoint", "x://h"])
      #expect(path.code == 64 && path.output.contains("valueRefused: --endpoint: 'x://h'"), "\(path.output)")
    }

    @Test func tlsMistakesOverHTTPAreNamed() async throws {
      let server = try await DoctorServer(.tls("chain"))
      let run = try await Tool.run(
        ["doctor", "--protocol", "http/protobuf"] + DoctorCases.untrusted.map { server.filled($0) })
      #expect(run.code == 69 && run.output.contains("\nunknownAuthority: "), "\(run.output)")
      #expect(run.output.contains(#/FAIL +tls +.*certificate 1: /#), "\(run.output)")
      let trusted = try await Tool.run(
        ["doctor", "--protocol", "http/protobuf"] + DoctorCases.secure.map { server.filled($0) })
      #expect(trusted.code == 0, "\(trusted.output)")
      await server.stop()
    }

    @Test(
      "another protocol than the endpoint's is found out",
      arguments: [
        (.tls("server"), DoctorCases.plain, "plaintextToTLS: 127.0.0.1:{port} speaks TLS, but"),
        (.collector, DoctorCases.secure, "tlsToPlaintext: localhost:{port} speaks plaintext, but"),
        (
          .canned("\0\0\0\u{4}\0\0\0\0\0"), DoctorCases.plain,
          "protocolMismatch: 127.0.0.1:{port} speaks HTTP/2 without TLS"
        ),
      ] as [(DoctorServer.Kind, [String], String)])
    func otherProtocols(_ kind: DoctorServer.Kind, _ arguments: [String], _ words: String) async throws {
      let server = try await DoctorServer(kind)
      let run = try await Tool.run(
        ["doctor", "--timeout", "5", "--protocol", "http/protobuf"] + arguments.map { server.filled($0) })
      #expect(run.code == 69 && run.output.contains("\n" + server.filled(words)), "\(run.output)")
      await server.stop()
    }

    @Test("a path where nothing is gets the advice for its variable")
    func paths() async throws {
      let server = try await DoctorServer(.canned("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
      let own = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
      for (variable, path, words) in [
        (own, "", "end \(own) with /v1/traces: nothing is added to it, so requests go to /;"),
        (own, "/otlp/v1/traces", "check the path in \(own), to which nothing is added"),
        (
          "OTEL_EXPORTER_OTLP_ENDPOINT", "/v1/traces", "without /v1/traces, which is added to it and stands there twice"
        ),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "/x", "check the path of the endpoint, to which /v1/traces is added"),
      ] {
        let run = try await Tool.run(
          ["doctor", "--protocol", "http/protobuf"],
          environment: [variable: server.filled("http://127.0.0.1:{port}") + path])
        #expect(run.output.contains("\nnotOTLP: ") && run.output.contains(words), "\(run.output)")
      }
      await server.stop()
    }
  #endif
}

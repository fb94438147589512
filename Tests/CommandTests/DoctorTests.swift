import Glibc
import HTTP2Transport
import OTLPExport
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TestSupport
import TestThreads
import Testing
import otlp

/// `otlp doctor` against servers and configurations that have one thing wrong each: it names the mistake.
/// One at a time: dozens of processes at once make an answering server look silent.
@Suite(.ownThreads, .serialized) struct DoctorTests {
  /// What stands at the endpoint's port.
  enum Server: Sendable {
    case collector
    /// TLS, with a certificate of the fixtures.
    case tls(String)
    /// TLS that wants a client certificate of the first test authority.
    case mutual
    case wanting(header: String, String)
    case withoutGzip
    case answering(LoopbackCollector.Response)
    /// Plaintext that isn't HTTP/2.
    case canned(String)
    /// TLS that knows no h2.
    case tlsHTTP1
    case silent
    case filtered
    case nobody
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var mistake: Finding.Mistake
    var server: Server
    /// {port} stands for the server's port.
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

  @Test(
    arguments:
      DoctorCases.configuration + DoctorCases.network + DoctorCases.proxies + DoctorCases.certificates
      + DoctorCases.exports)
  func theMistakeIsNamed(_ wrong: Case) async throws {
    let place = try await Place(wrong.server)
    let arguments = ["doctor"] + wrong.arguments.map { place.filled($0) }
    let environment = wrong.environment.mapValues { place.filled($0) }
    async let inJSON = Tool.run(arguments + ["--json"], environment: environment)
    let run = try await Tool.run(arguments, environment: environment)
    #expect(run.code == wrong.code)
    let lines = run.output.split(separator: "\n")
    let index = try #require(
      lines.firstIndex { $0.hasPrefix("\(wrong.mistake.rawValue): ") }, "\(run.output)\(run.errors)")
    #expect(lines[index + 1].hasPrefix("  what to do: "))
    let words = lines[index] + "\n" + lines[index + 1]
    for word in wrong.words { #expect(words.contains(place.filled(word))) }
    #expect(lines.count { $0.hasPrefix("  what to do: ") } == 1, "one mistake, one finding")
    #expect(!run.output.contains("hunter2"))
    #expect(run.errors.isEmpty)

    let json = try await inJSON
    #expect(json.code == wrong.code)
    #expect(json.output.split(separator: "\n").count == 1)
    #expect(json.output.contains("\"healthy\":false,\"mistakes\":[{\"mistake\":\"\(wrong.mistake.rawValue)\","))
    #expect(!json.output.contains("hunter2"))
    await place.stop()
  }

  /// It is no fault of the network.
  @Test(arguments: [EMFILE, ENFILE]) func aWantOfDescriptorsIsSaid(_ code: Int32) throws {
    let endpoint = try Endpoint("http://127.0.0.1:4317", insecure: false)
    let situation = Situation(.init(endpoint: "http://127.0.0.1:4317"), endpoint: endpoint)
    let error = SystemError(call: "socket", code: code)
    let finding = Finding(.network(.connect(address: .ipv4(0x7F00_0001, port: 4317), error: error)), situation)
    #expect(finding.mistake == .exportFailed)
    #expect(finding.advice.contains("ulimit"))
    #expect(finding.what.contains("\(error)"))
  }

  @Test func eachServerIsVisited() async throws {
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
    let place = try await Place(.tls("chain"))
    let run = try await Tool.run(
      ["doctor", "--timeout", "20", "--header", "x-key=hunter2", "--compression", "gzip"]
        + Self.secure.map { place.filled($0) },
      environment: [
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20hunter2", "OTEL_BSP_MAX_QUEUE_SIZE": "4096",
        "OTEL_EXPORTER_OTLP_INSECURE": "true",
      ])
    #expect(run.code == 0, "\(run.output)")
    let words = run.output.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    for row in [
      ["endpoint", place.filled("https://localhost:{port}"), "--endpoint"],
      ["insecure", "true", "OTEL_EXPORTER_OTLP_INSECURE"],
      ["client-key", "none", "default"],
      ["header", "x-key=[REDACTED]", "--header"],
      ["header", "authorization=[REDACTED]", "OTEL_EXPORTER_OTLP_HEADERS"],
      ["timeout", "20.000", "s", "--timeout"],
      ["queue", "4096", "OTEL_BSP_MAX_QUEUE_SIZE"],
      ["batch", "512", "default"],
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
    await place.stop()
  }

  @Test func theEnvironmentsProxyIsShownAndNotUsedForThisMachine() async throws {
    let place = try await Place(.collector)
    let run = try await Tool.run(
      ["doctor"] + Self.plain.map { place.filled($0) },
      environment: ["HTTPS_PROXY": "http://u:hunter2@proxy.invalid:3128", "no_proxy": ".example.com"])
    #expect(run.code == 0)
    #expect(run.output.contains("  proxy                http://[REDACTED]@proxy.invalid:3128 HTTPS_PROXY\n"))
    #expect(run.output.contains("  no-proxy             .example.com                       no_proxy\n"))
    #expect(!run.output.contains("hunter2"))
    await place.stop()
  }

  @Test func aRefusedCertificateIsShown() async throws {
    let place = try await Place(.tls("expired"))
    let run = try await Tool.run(["doctor"] + Self.secure.map { place.filled($0) })
    #expect(run.output.contains(/FAIL  tls            [0-9.]+ ms +certificate 1: \/CN=localhost, for localhost/))
    #expect(run.output.contains("2001 GMT, issued by /CN=swift-otlp test authority"))
    #expect(run.output.contains("  -     export                   not tried\n"))
    await place.stop()
  }

  @Test func theReportIsStable() {
    let report = DoctorReport(
      endpoint: "http://h:1", rows: [.init(name: "endpoint", value: "http://h:1", source: "--endpoint")],
      checks: [
        Check(step: .configuration, result: .passed, details: ["it can be used"]),
        Check(step: .name, result: .passed, details: ["h: 1.2.3.4", "i: 1.2.3.5"], elapsed: .microseconds(12_345)),
        Check(step: .connection, result: .failed, details: []),
      ], findings: [Finding(.portRefused, "nobody \"listens\"", advice: "start it")])
    #expect(
      report.text == """
        configuration
          endpoint             http://h:1                         --endpoint

        checks of http://h:1
          ok    configuration            it can be used
          ok    name           12.3 ms   h: 1.2.3.4
                                         i: 1.2.3.5
          FAIL  connection               see below
          -     tls                      not tried
          -     http2                    not tried
          -     export                   not tried

        portRefused: nobody "listens"
          what to do: start it

        """)
    let parts: [String] = [
      #"{"endpoint":"http://h:1","healthy":false,"mistakes":[{"mistake":"portRefused","#,
      #""what":"nobody \"listens\"","advice":"start it"}],"#,
      #""configuration":[{"name":"endpoint","value":"http://h:1","source":"--endpoint"}],"#,
      #""checks":{"configuration":{"result":"passed","details":["it can be used"]},"#,
      #""name":{"result":"passed","details":["h: 1.2.3.4","i: 1.2.3.5"],"milliseconds":12.345},"#,
      #""connection":{"result":"failed","details":[]},"tls":{"result":"skipped","details":[]},"#,
      #""http2":{"result":"skipped","details":[]},"export":{"result":"skipped","details":[]}}}"#,
    ]
    #expect(report.json == parts.joined())
    #expect(report.exitCode == ExitCode.loss)
  }
}

/// A server of a test, and its port.
private final class Place: Sendable {
  private let port: UInt16
  private let collector: LoopbackCollector?
  // Lives as long as the place.
  private let other: (any Sendable)?

  init(_ server: DoctorTests.Server) async throws {
    var collector: LoopbackCollector?
    var other: (any Sendable)?
    switch server {
    case .silent, .filtered, .nobody, .canned, .tlsHTTP1: (port, other) = try await Self.stranger(server)
    default:
      let made = try await LoopbackCollector(Self.configuration(server))
      if case .answering(let response) = server { made.onRequest { _ in response } }
      port = made.port
      collector = made
    }
    self.collector = collector
    self.other = other
  }

  private static func configuration(_ server: DoctorTests.Server) -> LoopbackCollector.Configuration {
    func files(_ name: String) -> LoopbackCollector.TLS {
      .init(
        certificate: TestFiles.certificate(name + ".pem"), privateKey: TestFiles.certificate(name + ".key"))
    }
    var configuration = LoopbackCollector.Configuration()
    switch server {
    case .tls(let name): configuration.tls = files(name)
    case .mutual:
      configuration.tls = files("server")
      configuration.tls?.clientCA = TestFiles.certificate("ca.pem")
    case .wanting(let header, let value): configuration.requiredHeaders = [header: value]
    case .withoutGzip: configuration.acceptsGzip = false
    default: break
    }
    return configuration
  }

  private static func stranger(_ server: DoctorTests.Server) async throws -> (UInt16, (any Sendable)?) {
    switch server {
    case .silent:
      let listener = Loopback.Listener(backlog: 16)
      return (listener.port, listener)
    case .filtered:
      let deaf = Loopback.Deaf()
      return (deaf.port, deaf)
    case .canned(let answer):
      let canned = try Loopback.Canned(answer)
      return (canned.port, canned)
    case .tlsHTTP1:
      let place = Loopback.HeldPort()
      let process = try ChildProcess([
        "/usr/bin/openssl", "s_server", "-quiet", "-accept", "127.0.0.1:\(place.number)", "-alpn", "http/1.1",
        "-cert", TestFiles.certificate("server.pem"), "-key", TestFiles.certificate("server.key"),
      ])
      _ = await Loopback.wait { Loopback.accepts(place.number) }
      return (place.number, [place, process] as [any Sendable])
    default:
      let place = Loopback.HeldPort()
      return (place.number, place)
    }
  }

  func filled(_ text: String) -> String { text.replacing("{port}", with: "\(port)") }

  func stop() async { await collector?.stop() }
}

import Glibc
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Secrets that a user may put into any value by mistake; each contains this word.
let secretWord = "hunter2"
let secrets = [
  "-----BEGIN PRIVATE KEY-----\n\(secretWord)\n-----END PRIVATE KEY-----\n",
  "-----BEGIN PRIVATE KEY-----\\n\(secretWord)\\n-----END PRIVATE KEY-----", "http://me:\(secretWord)@host:4317/path",
  "https://me:\(secretWord)@host", "token-\(secretWord)\nand more", String(repeating: secretWord, count: 10),
]

@Suite(.ownThreads) struct SecretTests {
  /// All text about a configuration: the description, the error and the diagnostics.
  private func shown(_ configuration: OTLPGRPCExporter.Configuration, _ log: EventLog) -> String {
    var text = "\(configuration)\n" + String(reflecting: configuration)
    dump(configuration, to: &text)
    do throws(OTLPError) {
      try configuration.validate()
      let exporter = try OTLPGRPCExporter(configuration, diagnostics: log.diagnostics)
      text += "\(exporter.selfMetrics)"
    } catch {
      text += "\(error) \(String(reflecting: error))"
      dump(error, to: &text)
    }
    return text + log.events.map { "\($0)" }.joined(separator: "\n")
  }

  private static let variables: [String] =
    ["", "TRACES_"].flatMap { infix in
      [
        "ENDPOINT", "INSECURE", "CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY", "HEADERS", "COMPRESSION", "TIMEOUT",
        "PROTOCOL",
      ].map { "OTEL_EXPORTER_OTLP_\(infix)\($0)" }
    } + ["grpc_proxy", "https_proxy", "HTTP_PROXY", "no_proxy", "NO_GRPC_PROXY"]

  @Test("a secret in any variable of the exporter isn't printed", arguments: secrets)
  func variables(secret: String) {
    for variable in Self.variables {
      for base in [[:], ["OTEL_EXPORTER_OTLP_ENDPOINT": "https://x", "https_proxy": "http://p:1"]] {
        let log = EventLog()
        var configuration = OTLPGRPCExporter.Configuration()
        var environment = base
        environment[variable] = secret
        configuration.apply(environment: environment, diagnostics: log.diagnostics)
        let text = shown(configuration, log)
        #expect(!text.contains(secretWord), "\(variable): \(text)")
      }
    }
  }

  @Test("a secret in any variable of the processor isn't printed", arguments: secrets)
  func batchVariables(secret: String) {
    for name in ["MAX_QUEUE_SIZE", "SCHEDULE_DELAY", "EXPORT_TIMEOUT", "MAX_EXPORT_BATCH_SIZE"] {
      let log = EventLog()
      var configuration = BatchConfiguration()
      configuration.apply(environment: ["OTEL_BSP_\(name)": secret], diagnostics: log.diagnostics)
      #expect(log.events.count == 1)
      #expect(log.events.allSatisfy { !"\($0)".contains(secretWord) })
    }
  }

  private static let properties: [(String, @Sendable (inout OTLPGRPCExporter.Configuration, String) -> Void)] = [
    ("endpoint", { $0.endpoint = $1 }), ("endpoints", { $0.endpoints.append($1) }),
    ("certificate", { $0.certificate = .file($1) }), ("certificate", { $0.certificate = .pem($1) }),
    ("client", { ($0.clientCertificate, $0.clientKey) = (.file($1), .pem($1)) }),
    ("clientKey", { $0.clientKey = .file($1) }), ("clientCertificate", { $0.clientCertificate = .file($1) }),
    ("password", { $0.clientKeyPassword = .text($1) }), ("serverName", { $0.serverName = $1 }),
    ("authority", { $0.authority = $1 }), ("header", { $0.headers["authorization"] = $1 }),
    ("header's name", { $0.headers[$1] = "x" }), ("proxy", { $0.proxy = .http($1) }),
    ("exceptions", { $0.proxy = .http("http://p:1", except: [$1]) }), ("userAgentPrefix", { $0.userAgentPrefix = $1 }),
  ]

  @Test("a secret in any property isn't printed", arguments: secrets)
  func properties(secret: String) {
    for (name, set) in Self.properties {
      for endpoint in ["http://x", "https://x"] {
        var configuration = OTLPGRPCExporter.Configuration(endpoint: endpoint)
        set(&configuration, secret)
        let text = shown(configuration, EventLog())
        #expect(!text.contains(secretWord), "\(name): \(text)")
      }
    }
  }

  @Test("PEM text in a variable is used, with a notice that shows none of it (RULES D22)")
  func textInVariable() throws {
    func text(_ name: String) throws -> String {
      let file = try #require(fopen(certificates + name, "r"))
      defer { fclose(file) }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = fread(&buffer, 1, buffer.count, file)
      return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
    let log = EventLog()
    var configuration = OTLPGRPCExporter.Configuration()
    configuration.apply(
      environment: [
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://x\r\n", "OTEL_EXPORTER_OTLP_CERTIFICATE": try text("ca.pem"),
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": try text("client.pem"),
        "OTEL_EXPORTER_OTLP_CLIENT_KEY": try "\n" + text("client.key").replacing("\n", with: "\\n"),
      ], diagnostics: log.diagnostics)
    _ = try OTLPGRPCExporter(configuration, diagnostics: log.diagnostics)
    #expect(log.events.map(\.level) == [.info, .info, .info])
    #expect(log.events.map { $0.fields["option"] }.last == "OTEL_EXPORTER_OTLP_CLIENT_KEY")
    #expect("\(configuration)".contains("clientKey: PEM text (2"))
  }

  @Test("an error names the variable whose file or text can't be used")
  func namesTheVariable() {
    for (variable, others) in [
      ("CERTIFICATE", [:]), ("CLIENT_KEY", ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": certificates + "client.pem"]),
    ] as [(String, [String: String])] {
      var configuration = OTLPGRPCExporter.Configuration(endpoint: "https://x")
      var environment = others
      environment["OTEL_EXPORTER_OTLP_\(variable)"] = secrets[0]
      configuration.apply(environment: environment, diagnostics: .silent)
      let error = #expect(throws: OTLPError.self) { try OTLPGRPCExporter(configuration, diagnostics: .silent) }
      #expect(error?.code == .unusableFile)
      #expect(error?.option == "OTEL_EXPORTER_OTLP_\(variable)")
    }
  }
}

extension [(name: String, value: String)] {
  fileprivate subscript(name: String) -> String? { first { $0.name == name }?.value }
}

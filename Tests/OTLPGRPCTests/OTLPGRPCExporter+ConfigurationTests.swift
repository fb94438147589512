import Glibc
import OTLPGRPC
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct OTLPGRPCExporterConfigurationTests {
  private func error(_ change: (inout OTLPGRPCExporter.Configuration) -> Void) -> OTLPError? {
    var configuration = OTLPGRPCExporter.Configuration(endpoint: "https://localhost:4317")
    change(&configuration)
    return #expect(throws: OTLPError.self) { try OTLPGRPCExporter(configuration, diagnostics: .silent) }
  }

  @Test func defaults() throws {
    let configuration = OTLPGRPCExporter.Configuration()
    #expect(configuration.endpoint == "http://localhost:4317")
    #expect(configuration.timeout == .seconds(10))
    #expect(configuration.compression == .auto)
    #expect(configuration.maxConcurrentExports == 16)
    #expect(configuration.keepalive == nil)  // 5.7.2
    #expect(configuration.maxConnectionAge == .seconds(900))
    #expect(configuration.loadBalancing == .pickFirst)  // 5.9
    #expect(configuration.maxConnections == 1)  // 5.6.13
    #expect(configuration.endpoints == ["http://localhost:4317"])
    #expect(throws: Never.self) { try configuration.validate() }
  }

  @Test func theDescriptionHoldsEachValue() {
    let source = TestFiles.read(TestFiles.root + "/Sources/OTLPGRPC/OTLPGRPCExporter+Configuration.swift")
    let names = SourceText.members(of: source, indentation: 4)
    #expect(names.count > 25)
    let text = OTLPGRPCExporter.Configuration().description
    for name in names where name != "endpoints" {
      #expect(text.contains("\(name): ") || text.contains("\(name)."), "\(name)")
    }
  }

  @Test func refusedValuesNameOptionAndValue() {
    #expect(error { $0.endpoint = "http://[::1" }?.configuration?.value == "http://[::1")
    #expect(error { $0.endpoint = "ftp://x" }?.option == "endpoint")
    #expect(error { $0.timeout = .seconds(-1) }?.option == "timeout")
    #expect(error { $0.maxConcurrentExports = 0 }?.option == "maxConcurrentExports")
    #expect(error { $0.compression = .gzip(level: 0) }?.option == "compression level")
    #expect(error { $0.compression = .gzip(level: 10) }?.message.contains("1 to 9") == true)
    // Many servers treat an interval below 10 s as an attack (5.7.2).
    #expect(error { $0.keepalive = .init(interval: .seconds(9)) }?.option == "keepalive.interval")
    #expect(error { $0.keepalive = .init(interval: .seconds(10), timeout: .zero) }?.option == "keepalive.timeout")
    #expect(error { $0.maxConnections = 0 }?.option == "maxConnections")
    #expect(error { $0.maxConnections = 11 }?.configuration?.allowed == "1 to 10")
    #expect(error { $0.maxConnectionAge = .seconds(1) }?.option == "maxConnectionAge")
    #expect(error { $0.headers["na me"] = "x" }?.option == "headers")
    #expect(error { $0.clientKey = "/k" }?.option == "clientKey")
    #expect(error { $0.endpoint = "ftp://x" }?.code == .invalidConfiguration)
  }

  @Test func severalEndpoints() throws {
    func servers(_ endpoints: String..., insecure: Bool = false) throws(OTLPError) -> [String] {
      var configuration = OTLPGRPCExporter.Configuration()
      configuration.endpoints = endpoints
      configuration.insecure = insecure
      return try configuration.servers().map(\.description)
    }
    #expect(try servers("http://a", "http://b:1") == ["http://a:4317", "http://b:1"])
    #expect(try servers("https://a", "b", "dns:c:1") == ["https://a:4317", "https://b:4317", "https://c:1"])
    #expect(try servers("unix:/run/a", "http://b") == ["unix:/run/a", "http://b:4317"])
    #expect(try servers("unix:/run/a", "b", insecure: true).count == 2)
    let mixed = #expect(throws: OTLPError.self) { try servers("https://a", "http://b") }
    #expect(mixed?.option == "endpoints")
    #expect(mixed?.configuration?.value == "http://b")
    #expect(mixed?.configuration?.allowed.contains("with TLS") == true)
    #expect(throws: OTLPError.self) { try servers("http://a", "https://b") }
    #expect(throws: OTLPError.self) { try servers("https://a", "unix:/run/b") }
    #expect(throws: OTLPError.self) { try servers("http://a", "") }
    #expect(throws: OTLPError.self) { try servers() }
    var many = OTLPGRPCExporter.Configuration()
    many.endpoints = (0..<101).map { "http://h\($0)" }
    #expect(throws: OTLPError.self) { try many.validate() }
  }

  @Test func oneEndpointReplacesAList() {
    var configuration = OTLPGRPCExporter.Configuration()
    configuration.endpoints = ["http://a", "http://b"]
    configuration.apply(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://e"], diagnostics: .silent)
    #expect(configuration.endpoints == ["http://a", "http://b"])
    #expect("\(configuration)".contains("endpoint: http://a,http://b,"))
    configuration.endpoint = "http://c"
    #expect(configuration.endpoints == ["http://c"])
  }

  @Test func filesThatCanNotBeUsedAreErrors() throws {  // trap 15
    let missing = error { $0.certificate = "/no/such/ca.pem" }
    #expect(missing?.code == .unusableFile)
    #expect(missing?.option == "certificate")
    #expect(missing?.file?.contains("/no/such/ca.pem") == true)
    #expect(missing?.message.contains("/no/such/ca.pem") == true)
    for content in ["", "not a certificate\n"] {
      let path = "\(TestFiles.temporary)/\(UInt64.random(in: 0 ... .max)).pem"
      let file = try #require(fopen(path, "w"))
      fputs(content, file)
      fclose(file)
      defer { unlink(path) }
      let error = error { $0.certificate = .file(path) }
      #expect(error?.code == .unusableFile)
      #expect(error?.message.contains(path) == true)
    }
    let mismatch = error {
      $0.clientCertificate = .file(certificates + "client.pem")
      $0.clientKey = .file(certificates + "server.key")
    }
    #expect(mismatch?.code == .unusableFile)
    #expect(mismatch?.option == "clientKey" || mismatch?.option == "clientCertificate")
  }

  @Test func aFileFromTheEnvironmentIsNamedByItsVariable() {
    let error = error {
      $0.apply(environment: ["OTEL_EXPORTER_OTLP_CERTIFICATE": "/no/such/ca.pem"], diagnostics: .silent)
    }
    #expect(error?.option == "OTEL_EXPORTER_OTLP_CERTIFICATE")
  }

  @Test func plaintextReadsNoFile() throws {  // 2.5.7: a warning, no error
    let log = EventLog()
    var configuration = OTLPGRPCExporter.Configuration(endpoint: "http://localhost:4317")
    configuration.certificate = "/no/such/ca.pem"
    _ = try OTLPGRPCExporter(configuration, diagnostics: log.diagnostics)
    #expect(log.events.map(\.level) == [.warning])
  }

  @Test func noDescriptionShowsASecret() {  // pain 29
    var configuration = OTLPGRPCExporter.Configuration(endpoint: "http://me:s3cr3t@host:4317")
    configuration.headers["authorization"] = "Bearer s3cr3t"
    var dumped = ""
    dump(configuration, to: &dumped)
    #expect(!dumped.contains("s3cr3t"))
    #expect(!"\(configuration)".contains("s3cr3t"))
    #expect(!String(reflecting: configuration).contains("s3cr3t"))
    configuration.endpoint = "http://me:s3cr3t@ho st"
    #expect(error { $0 = configuration }?.description.contains("s3cr3t") == false)
  }
}

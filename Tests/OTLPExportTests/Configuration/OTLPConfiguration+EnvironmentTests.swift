import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// RULES 2.1, 2.5 and 2.6.
@Suite(.ownThreads) struct OTLPConfigurationEnvironmentTests {
  private func read(
    _ environment: [String: String], signal: OTLPSignal = .traces, change: (inout OTLPConfiguration) -> Void = { _ in }
  ) -> (OTLPConfiguration, [DiagnosticEvent]) {
    let log = EventLog()
    var settings = OTLPConfiguration(endpoint: "http://localhost:4317")
    change(&settings)
    settings.apply(environment: environment, signal: signal, protocolName: "grpc", diagnostics: log.diagnostics)
    return (settings, log.events)
  }

  private static let all = [
    "ENDPOINT": "https://e:1", "INSECURE": "true", "CERTIFICATE": "/ca.pem", "CLIENT_KEY": "/key.pem",
    "CLIENT_CERTIFICATE": "/cert.pem", "HEADERS": "a=b", "COMPRESSION": "gzip", "TIMEOUT": "1500", "PROTOCOL": "grpc",
  ]

  @Test(arguments: ["", "TRACES_"]) func everyVariable(infix: String) throws {  // 2.1
    let pairs = OTLPConfigurationEnvironmentTests.all.map { ("OTEL_EXPORTER_OTLP_\(infix)\($0.key)", $0.value) }
    let (settings, events) = read(Dictionary(uniqueKeysWithValues: pairs))
    #expect(settings.endpoint.value == "https://e:1")
    #expect(settings.endpoint.source == .environment(variable: "OTEL_EXPORTER_OTLP_\(infix)ENDPOINT"))
    #expect(settings.insecure.value)
    #expect(settings.certificate.value == "/ca.pem")
    #expect(settings.clientKey.value == "/key.pem")
    #expect(settings.clientCertificate.value == "/cert.pem")
    #expect(settings.headers["a"] == "b")
    #expect(settings.compression.value == .gzip)
    #expect(settings.timeout.value == .milliseconds(1500))
    #expect(events.isEmpty)
    #expect(throws: Never.self) { try settings.validate() }
  }

  @Test(arguments: [OTLPSignal.traces, .metrics, .logs]) func theSignalsOwnVariableWins(signal: OTLPSignal) {
    let (settings, _) = read(
      [
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "2",
        "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT": "3", "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT": "4",
      ], signal: signal)
    let expected =
      switch signal {
      case .traces: 2
      case .metrics: 3
      case .logs: 4
      }
    #expect(settings.timeout.value == .milliseconds(expected))
  }

  @Test func withoutVariablesTheDefaultsHold() throws {
    let (settings, events) = read([:])
    #expect(settings.endpoint.value == "http://localhost:4317")  // 2.2.5
    #expect(settings.timeout.value == .seconds(10))
    #expect(settings.compression.value == .auto)
    #expect(settings.maxRequestSize == 67_108_864)  // 1.1.7
    #expect(settings.maxResponseSize == 4_194_304)  // 1.1.9
    #expect(settings.endpoint.source == .standard)
    #expect(events.isEmpty)
    #expect(try settings.validate().map(\.description) == ["http://localhost:4317"])
  }

  @Test func emptyIsUnset() {  // 2.6.1
    let pairs = OTLPConfigurationEnvironmentTests.all.keys.map { ("OTEL_EXPORTER_OTLP_\($0)", "") }
    let (settings, events) = read(Dictionary(uniqueKeysWithValues: pairs))
    #expect(settings.endpoint.value == "http://localhost:4317")
    #expect(settings.timeout.value == .seconds(10))
    #expect(settings.certificate.value == nil)
    #expect(settings.timeout.source == .standard)
    #expect(events.isEmpty)
  }

  @Test(arguments: [
    ("true", true, 0), ("TRUE", true, 0), ("True", true, 0), ("false", false, 0), ("FALSE", false, 0),
    ("1", false, 1), ("yes", false, 1), ("on", false, 1), (" true ", true, 0),
  ])
  func booleans(text: String, value: Bool, warnings: Int) {  // 2.6.2
    let (settings, events) = read(["OTEL_EXPORTER_OTLP_INSECURE": text])
    #expect(settings.insecure.value == value)
    #expect(events.count == warnings)
  }

  @Test(arguments: [
    ("0", Duration.zero),  // 2.6.6: no limit
    ("1", .milliseconds(1)), ("2147483647", .milliseconds(2_147_483_647)),  // 2.6.4
    ("9223372036854775807", .milliseconds(Int64.max)),
  ])
  func timeouts(text: String, value: Duration) {
    let (settings, events) = read(["OTEL_EXPORTER_OTLP_TIMEOUT": text])
    #expect(settings.timeout.value == value)
    #expect(events.isEmpty)
  }

  @Test(arguments: ["-1", "10s", "1.5", "1e3", "0x10", "99999999999999999999", "+5", "ten"])
  func aBadNumberIsNamedAndTheDefaultKept(text: String) throws {  // 2.6.3, 2.6.5
    let (settings, events) = read(["OTEL_EXPORTER_OTLP_TIMEOUT": text])
    #expect(settings.timeout.value == .seconds(10))
    let event = try #require(events.first)
    #expect(event.level == .warning)
    #expect(event.fields["variable"] == "OTEL_EXPORTER_OTLP_TIMEOUT")
    #expect(event.fields["value"] == "'\(text)'")
  }

  @Test func aBadValueCountsAsUnsetSoTheGeneralOneHolds() {
    let (settings, events) = read([
      "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "soon", "OTEL_EXPORTER_OTLP_TIMEOUT": "7",
    ])
    #expect(settings.timeout.value == .milliseconds(7))
    #expect(events.count == 1)
  }

  @Test func enumsIgnoreCaseAndNameTheUsersOwnText() throws {  // 2.6.7
    #expect(read(["OTEL_EXPORTER_OTLP_COMPRESSION": "GZip"]).0.compression.value == .gzip)
    #expect(read(["OTEL_EXPORTER_OTLP_COMPRESSION": "NONE"]).0.compression.source != .standard)
    let (settings, events) = read(["OTEL_EXPORTER_OTLP_COMPRESSION": "Zstd"])
    #expect(settings.compression.value == .auto)
    #expect(events.first?.fields["value"] == "'Zstd'")
  }

  @Test func anotherProtocolIsAWarning() {  // RULES D6
    let (_, events) = read(["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"])
    #expect(events.map { $0.fields["value"] } == ["'http/protobuf'"])
    #expect(read(["OTEL_EXPORTER_OTLP_PROTOCOL": "GRPC"]).1.isEmpty)
    #expect(read(["OTEL_EXPORTER_OTLP_PROTOCOL": "thrift"]).1.count == 1)
  }

  @Test func codeWins() {
    let pairs = OTLPConfigurationEnvironmentTests.all.map { ("OTEL_EXPORTER_OTLP_\($0.key)", $0.value) }
    let (settings, _) = read(Dictionary(uniqueKeysWithValues: pairs)) { settings in
      settings.endpoint.set("http://localhost:4317")  // the default's value, but set
      settings.insecure.set(false)
      settings.certificate.set(nil)
      settings.timeout.set(.seconds(1))
      settings.compression.set(.none)
    }
    #expect(settings.endpoint.value == "http://localhost:4317")
    #expect(!settings.insecure.value)
    #expect(settings.certificate.value == nil)
    #expect(settings.timeout.value == .seconds(1))
    #expect(settings.compression.value == .none)
    #expect(settings.clientKey.value == "/key.pem")
  }

  @Test func aBadEndpointIsRefusedUnderItsVariablesName() {  // RULES D4
    let (settings, _) = read(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "ftp://x"])
    let error = #expect(throws: ConfigurationError.self) { try settings.validate() }
    #expect(error?.option == "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
  }

  @Test func certificateAndKeyGoTogether() {  // 2.5.6
    let (onlyKey, _) = read(["OTEL_EXPORTER_OTLP_CLIENT_KEY": "/k.pem"])
    #expect(throws: ConfigurationError.self) { try onlyKey.validate() }
    let (onlyCertificate, _) = read(["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "/c.pem"])
    let error = #expect(throws: ConfigurationError.self) { try onlyCertificate.validate() }
    #expect(error?.option == "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")
  }

  @Test func aValueWithoutEffectCausesAWarning() throws {
    let log = EventLog()
    var settings = OTLPConfiguration(endpoint: "http://user:secret@x")
    settings.certificate.set("/ca.pem")
    settings.warn(of: try settings.validate(), log.diagnostics)
    #expect(log.events.count == 2)  // 2.2.7, 2.5.7
    #expect(log.events.allSatisfy { $0.level == .warning && !$0.description.contains("secret") })
    settings.endpoint.set("https://x")
    settings.warn(of: try settings.validate(), log.diagnostics)
    #expect(log.events.count == 2)
  }

  @Test func valuesOutOfRangeAreRefused() {
    func refused(_ option: String, _ change: (inout OTLPConfiguration) -> Void) {
      var settings = OTLPConfiguration(endpoint: "http://x")
      change(&settings)
      let error = #expect(throws: ConfigurationError.self) { try settings.validate() }
      #expect(error?.option == option)
    }
    refused("timeout") { $0.timeout.set(.seconds(-1)) }
    refused("certificate") { $0.certificate.set("") }
    refused("maxRequestSize") { $0.maxRequestSize = -1 }
    refused("maxResponseSize") { $0.maxResponseSize = 0 }
    refused("userAgentPrefix") { $0.userAgentPrefix = "a\r\nb" }
    refused("retry.initialBackoff") { $0.retry.initialBackoff = .zero }
    refused("retry.maxBackoff") { $0.retry.maxBackoff = .milliseconds(1) }
    refused("retry.multiplier") { $0.retry.multiplier = .nan }
    refused("retry.maxAttempts") { $0.retry.maxAttempts = 0 }
  }

  @Test func theUserAgentKeepsOurs() {  // 2.5.3, 2.5.4
    var settings = OTLPConfiguration(endpoint: "http://x")
    #expect(settings.userAgent == "OTel-OTLP-Exporter-Swift/\(PackageVersion.current)")
    settings.userAgentPrefix = "Mine/1.0 "
    #expect(settings.userAgent == "Mine/1.0 OTel-OTLP-Exporter-Swift/\(PackageVersion.current)")
  }
}

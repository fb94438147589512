import HTTP2Transport
import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// RULES 2.4 and 5.1.8.
@Suite(.ownThreads) struct OTLPHeadersTests {
  private func read(_ list: String, signal: OTLPSignal = .traces) -> (OTLPConfiguration, [DiagnosticEvent]) {
    let log = EventLog()
    var settings = OTLPConfiguration(endpoint: "http://x")
    settings.apply(
      environment: ["OTEL_EXPORTER_OTLP_HEADERS": list], signal: signal, protocolName: "grpc",
      diagnostics: log.diagnostics)
    return (settings, log.events)
  }

  @Test(arguments: [
    ("authorization=Bearer a=b==", ["authorization": "Bearer a=b=="]),  // trap 11; 2.4.2: first '='
    ("k1=a%20b,k2=%2C%3D", ["k1": "a b", "k2": ",="]),  // trap 11
    (" k1 = v1 ,\tk2=v2\t", ["k1": "v1", "k2": "v2"]),
    (",,a=1,,b=2,", ["a": "1", "b": "2"]),  // 2.4.3
    ("a=1\n,b=2\r\n", ["a": "1", "b": "2"]), ("a=1%0A", ["a": "1"]),  // a secret made with `echo`
    ("API-Key=x", ["api-key": "x"]),  // 2.4.5
    ("a=1,A=2", ["a": "2"]),
    ("a=", ["a": ""]),
    ("a=100%,b=%zz,c=%4", ["a": "100%", "b": "%zz", "c": "%4"]),
    ("a=v;p=q", ["a": "v;p=q"]),  // 2.4.1: no metadata
    ("k-bin=q6ur", ["k-bin": "q6ur"]),
    ("", [:]),
  ])
  func accepted(list: String, expected: [String: String]) {
    let (settings, events) = read(list)
    #expect(settings.headers.elements.count == expected.count)
    for (name, value) in expected { #expect(settings.headers[name] == value) }
    #expect(events.isEmpty)
  }

  @Test(
    arguments: [
      ("a=1,s3cr3t,b=2", 2, nil),  // trap 11: one bad pair among three
      ("a=1,Bearer s3cr3t==,b=2", 2, nil),
      ("=s3cr3t,a=1,b=2", 1, nil),
      ("a=1,b=2,na me=s3cr3t", 3, nil),
      ("a=1,b=2,grpc-timeout=s3cr3t", 3, "grpc-timeout"),  // 2.4.6
      ("a=1,te=s3cr3t,b=2", 2, "te"), ("a=1,Content-Type=s3cr3t,b=2", 2, "content-type"),
      ("a=1,:path=s3cr3t,b=2", 2, nil), ("host=s3cr3t,a=1,b=2", 1, "host"),
      ("a=1,x=s3cr3t%0Ax,b=2", 2, "x"),  // 2.4.5
      ("a=1,x=s3cr3t%ff,b=2", 2, "x"),  // U+FFFD can't be sent
      ("a=1,x-bin=s3cr3t!,b=2", 2, "x-bin"),
    ] as [(String, Int, String?)])
  func oneBadEntryIsNamedByPositionAndTheOthersStay(list: String, position: Int, name: String?) throws {
    let (settings, events) = read(list)
    #expect(settings.headers.names == ["a", "b"])
    let event = try #require(events.first)
    #expect(events.count == 1)
    #expect(event.level == .warning)
    #expect(event.fields["variable"] == "OTEL_EXPORTER_OTLP_HEADERS")
    #expect(event.fields["entry"] == "\(position)")
    #expect(event.fields["name"] == name)
    #expect(!event.description.contains("s3cr3t"))
  }

  @Test(arguments: ["", "na me", "a:b", ":path", "grpc-x", "te", "connection", "user-agent", "naïve", "a\n"])
  func namesThatCodeMayNotSet(name: String) {
    var settings = OTLPConfiguration(endpoint: "http://x")
    settings.headers[name] = "s3cr3t"
    let error = #expect(throws: ConfigurationError.self) { try settings.validate() }
    #expect(error?.option == "headers")
    #expect(error?.description.contains("s3cr3t") == false)
  }

  @Test(arguments: ["s3cr3t\r\nx: y", " s3cr3t", "s3cr3t ", "s3cr3t\u{0}", "s3cr3t é"])
  func valuesThatCodeMayNotSet(value: String) {
    var settings = OTLPConfiguration(endpoint: "http://x")
    settings.headers["authorization"] = value
    let error = #expect(throws: ConfigurationError.self) { try settings.validate() }
    #expect(error?.value == "authorization=[REDACTED]")
    #expect(error?.description.contains("s3cr3t") == false)
  }

  @Test(arguments: [
    ("", true), ("q6ur", true), ("q6s=", true), ("q6s", true), ("qw==", true), ("q", false), ("qw=", false),
    ("=", false), ("q6ur====", false), ("q6-_", false),
  ])
  func binaryValuesAreBase64(value: String, isAllowed: Bool) {
    var settings = OTLPConfiguration(endpoint: "http://x")
    settings.headers["trace-bin"] = value
    #expect(((try? settings.validate()) != nil) == isAllowed)
    guard isAllowed else { return }
    #expect(HeaderRules.metadata(settings.headers).first?.value.contains("=") == false)  // 5.1.8: unpadded
  }

  @Test func noDescriptionShowsAValue() {  // 2.4.8
    let headers: OTLPHeaders = ["Authorization": "s3cr3t", "x": "s3cr3t"]
    var dumped = ""
    dump(headers, to: &dumped)
    #expect(headers.description == "authorization=[REDACTED],x=[REDACTED]")
    #expect(!dumped.contains("s3cr3t"))
    #expect(!"\(OTLPSettingsBox(headers: headers))".contains("s3cr3t"))
    #expect(!String(reflecting: headers).contains("s3cr3t"))
  }

  private struct OTLPSettingsBox {
    var headers: OTLPHeaders
  }

  @Test func codeWinsKeyByKeyWhateverTheCase() {
    let log = EventLog()
    var settings = OTLPConfiguration(endpoint: "http://x")
    settings.headers = ["X-Team": "code"]
    settings.apply(
      environment: ["OTEL_EXPORTER_OTLP_HEADERS": "x-team=env,other=env"], signal: .traces, protocolName: "grpc",
      diagnostics: log.diagnostics)
    #expect(settings.headers["x-TEAM"] == "code")
    #expect(settings.headers["other"] == "env")
  }

  @Test func theSignalsListReplacesTheGeneralOne() {  // 2.4.4
    var settings = OTLPConfiguration(endpoint: "http://x")
    settings.apply(
      environment: ["OTEL_EXPORTER_OTLP_HEADERS": "a=1,b=2", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "a=3"],
      signal: .traces, protocolName: "grpc", diagnostics: .silent)
    #expect(settings.headers.names == ["a"])
    #expect(settings.headers["a"] == "3")
  }
}

import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// RULES 2.2, and RULES D4 where they leave a choice.
@Suite(.ownThreads) struct EndpointTests {
  @Test(arguments: [
    // endpoint, insecure, description
    ("http://localhost:4317", false, "http://localhost:4317"),  // 2.2.1, 2.2.3
    ("https://collector.example.com:443", false, "https://collector.example.com:443"),
    ("https://collector", true, "https://collector:4317"),  // 2.2.3: insecure never weakens https; trap 16
    ("http://collector", false, "http://collector:4317"),  // 2.2.6
    ("HTTPS://Collector:1", true, "https://Collector:1"),
    ("http://collector:4317/", false, "http://collector:4317"),
    ("collector:4317", false, "https://collector:4317"),  // 2.2.4
    ("collector:4317", true, "http://collector:4317"),
    ("collector", false, "https://collector:4317"),
    ("dns:collector:55", false, "https://collector:55"),  // 2.2.2
    ("dns:///collector:55", true, "http://collector:55"),
    ("127.0.0.1:65535", true, "http://127.0.0.1:65535"),
    ("[::1]:4317", true, "http://[::1]:4317"),  // 2.2.8
    ("http://[::1]", false, "http://[::1]:4317"),
    ("https://[2001:db8::1]:443", false, "https://[2001:db8::1]:443"),
    ("http://[fe80::1%25eth0]:1", false, "http://[fe80::1]:1"),
    ("http://[::ffff:10.0.0.1]:1", false, "http://[::ffff:10.0.0.1]:1"),
    ("ipv4:10.0.0.1", true, "http://10.0.0.1:4317"),
    ("ipv4:10.0.0.1:1,10.0.0.2:2", true, "http://10.0.0.1:1,10.0.0.2:2"),
    ("ipv6:[::1]:1,[::2]", true, "http://[::1]:1,[::2]:4317"),
    ("unix:collector.sock", false, "unix:collector.sock"),
    ("unix:///run/otel/collector.sock", false, "unix:/run/otel/collector.sock"),
    ("unix:/run/with blank", false, "unix:/run/with blank"),
    ("unix-abstract:otel", false, "unix-abstract:otel"),
    ("http://user:secret@collector:4317", false, "http://collector:4317"),  // 2.2.7
  ])
  func accepted(text: String, insecure: Bool, expected: String) throws {
    let endpoint = try Endpoint(text, insecure: insecure)
    #expect(endpoint.description == expected)
    #expect(endpoint.isSecure == expected.hasPrefix("https"))
  }

  @Test(arguments: [
    ("http://localhost", true), ("https://LocalHost:1", true), ("http://otel.localhost", true),
    ("http://127.0.0.1", true), ("http://127.9.8.7:1", true), ("http://[::1]", true), ("unix:/run/a", true),
    ("unix-abstract:a", true), ("ipv4:127.0.0.1,127.0.0.2", true),
    ("ipv4:127.0.0.1,10.0.0.1", false), ("http://10.0.0.1", false), ("http://127.example.com", false),
    ("http://localhost.example.com", false), ("http://notlocalhost", false), ("http://[fe80::1]", false),
  ])
  func localMeansThisMachine(text: String, expected: Bool) throws {
    #expect(try Endpoint(text, insecure: true).isLocal == expected)
    var settings = OTLPConfiguration(endpoint: text)
    settings.insecure.set(true)
    let server = try settings.validate()
    #expect(settings.compression(to: server) == (expected ? .none : .auto))
    settings.compression.set(.gzip)
    #expect(settings.compression(to: server) == .gzip)
  }

  @Test(arguments: [
    ("", "https://host:port"), ("ftp://x", "https://host:port"), ("grpc://collector:4317", "https://host:port"),
    ("http://[::1", "']'"), ("http://[::1]4317", "a port after the brackets"),
    ("http://[::zz]:1", "an IPv6 address"), ("http://[1:2:3]:1", "an IPv6 address"),
    ("http://[1::2::3]:1", "an IPv6 address"), ("http://[]:1", "an IPv6 address"),
    ("http://[::1%]:1", "interface"),
    ("::1", "in brackets"), ("http://::1:4317", "in brackets"),
    ("http://x:99999", "1 to 65535"), ("x:0", "1 to 65535"), ("x:", "1 to 65535"), ("x:+1", "1 to 65535"),
    ("x:4317x", "1 to 65535"), ("http://:4317", "a host"), ("http://", "a host"), (":4317", "a host"),
    ("http://x:4317/v1/traces", "no path"), ("x:4317/v1/traces", "no path"), ("http://x?token=1", "no path"),
    ("http://a b:4317", "a host name"), ("http://bücher:1", "a host name"), ("collector\n:4317", "control"),
    ("dns://8.8.8.8/collector", "DNS server"), ("unix://relative", "three slashes"), ("unix:", "path"),
    ("unix-abstract:", "name"), ("ipv4:collector:1", "IP addresses"), ("ipv4:", "a host"),
    ("secret@collector:1", "user name"), ("user:secret@collector", "user name"),
  ])
  func refused(text: String, allowed: String) {
    let error = #expect(throws: ConfigurationError.self) { try Endpoint(text, insecure: false, option: "--endpoint") }
    #expect(error?.option == "--endpoint")
    #expect(error?.allowed.contains(allowed) == true, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.description.contains("secret") == false)
  }

  @Test func theValueIsShownWithoutSecretsOnOneLine() {
    #expect(Endpoint.redacted("http://user:pa@ss@host:1/x?key=secret") == "http://[REDACTED]@host:1/x?[REDACTED]")
    #expect(Endpoint.redacted("user:pass@host\nx") == "[REDACTED] (16 bytes)")
    // A long host name is shown; a token isn't a host name, since a label has at most 63 bytes.
    let name = "http://opentelemetry-collector.observability.svc.cluster.local:4317"
    #expect(Endpoint.redacted(name) == name)
    #expect(Endpoint.redacted("http://" + String(repeating: "a", count: 64)) == "[REDACTED] (71 bytes)")
    #expect(Endpoint.redacted("http://" + String(repeating: "a", count: 63) + ".b").hasSuffix(".b"))
    #expect(Endpoint.redacted("http://[::1") == "http://[::1")
  }

  @Test func namesForTheConnection() throws {
    let address = try Endpoint("https://[fe80::1%eth0]:7", insecure: false)
    #expect(address.target == .hosts([.init(name: "fe80::1%eth0", port: 7, isIPv6: true)]))
    #expect(address.authority == "[fe80::1]:7")
    #expect(address.serverName == "fe80::1")
    let socket = try Endpoint("unix:/tmp/s", insecure: false)
    #expect(socket.authority == "localhost")
    #expect(socket.serverAddress == "/tmp/s")  // 4.13.5
    #expect(try Endpoint("http://user@h", insecure: false).hasCredentials)
    #expect(try Endpoint("http://h", insecure: false).authority == "h:4317")
  }

  @Test func aSocketPathHasTheSystemsLength() throws {
    #expect(throws: Never.self) { try Endpoint("unix:" + String(repeating: "p", count: 107), insecure: false) }
    #expect(throws: ConfigurationError.self) {
      try Endpoint("unix:" + String(repeating: "p", count: 108), insecure: false)
    }
  }
}

extension Endpoint.Host {
  init(name: String, port: UInt16, isIPv6: Bool) {
    let text = isIPv6 ? "[\(name)]:\(port)" : "\(name):\(port)"
    guard case .hosts(let hosts)? = try? Endpoint(text, insecure: true).target else { preconditionFailure(text) }
    self = hosts[0]
  }
}

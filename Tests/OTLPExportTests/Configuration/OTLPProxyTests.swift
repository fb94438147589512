import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// The proxy of code and environment (RULES 5.9.11).
@Suite(.ownThreads) struct OTLPProxyTests {
  private func read(
    _ environment: [String: String], endpoint: String = "https://collector.example.com:4317",
    change: (inout OTLPConfiguration) -> Void = { _ in }
  ) throws -> (settings: OTLPConfiguration, proxy: String?, events: [DiagnosticEvent]) {
    let log = EventLog()
    var settings = OTLPConfiguration(endpoint: endpoint)
    change(&settings)
    settings.apply(environment: environment, signal: .traces, protocolName: "grpc", diagnostics: log.diagnostics)
    let servers = try settings.validate()
    settings.warn(of: servers, log.diagnostics)
    guard case .hosts(let hosts) = servers[0].target else { return (settings, nil, log.events) }
    return (settings, settings.proxy(for: hosts[0]).map { "\($0)" }, log.events)
  }

  @Test("a warning names invalid entries by position if the list may be a secret, and PEM by its length")
  func secretExceptions() throws {
    let long = "a.example,hunter2!," + String(repeating: "b.example,", count: 10)
    let (settings, _, events) = try read(["https_proxy": "http://p:1", "no_proxy": long])
    #expect(settings.proxy.value.exceptions.count == 11)
    #expect(events.map { $0.fields["entry"] } == ["2"])
    #expect(!events.description.contains("hunter2"))
    let pem = try read(["https_proxy": "http://p:1", "no_proxy": "-----BEGIN KEY-----\nhunter2\n-----END KEY-----"])
    #expect(pem.settings.proxy.value.exceptions.isEmpty)
    #expect(pem.events.map { $0.fields["value"] } == ["'[REDACTED] (45 bytes)'"])
  }

  // MARK: URLs

  @Test(arguments: [
    ("http://proxy:3128", "proxy", 3128, nil), ("proxy:3128", "proxy", 3128, nil), ("HTTP://proxy:1/", "proxy", 1, nil),
    ("http://proxy", "proxy", 80, nil), ("http://[fd00::1]:8", "fd00::1", 8, nil), ("http://[::1]", "::1", 80, nil),
    ("10.0.0.1:8", "10.0.0.1", 8, nil), ("http://u:p@proxy:1", "proxy", 1, "Basic dTpw"),
    ("http://u@proxy:1", "proxy", 1, "Basic dTo="), ("http://@proxy:1", "proxy", 1, nil),
    ("http://:@proxy:1", "proxy", 1, nil), ("u:p@proxy:1", "proxy", 1, "Basic dTpw"),
    ("http://a%40b:p%3A%2Fw%25@proxy:1", "proxy", 1, "Basic YUBiOnA6L3cl"),  // a@b:p:/w%
    ("http://u:p@q:r@proxy:1", "proxy", 1, "Basic dTpwQHE6cg=="),  // u:p@q:r
    ("http://u:p/?#w@proxy:1", "proxy", 1, "Basic dTpwLz8jdw=="),  // u:p/?#w
    ("http://%C3%A9:p@proxy:1", "proxy", 1, "Basic w6k6cA=="),
  ])
  func urls(text: String, host: String, port: UInt16, authorization: String?) throws {
    let url = try ProxyURL(text)
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(url.authorization == authorization)
  }

  @Test(arguments: [
    "", "http://", "http://:3128", "http://proxy:0", "http://proxy:65536", "http://proxy:x", "http://proxy:",
    "https://hunter2:hunter2@proxy:3128", "socks5://proxy:1", "http://hunter2:%zz@proxy:1", "http://hunter2:%4@proxy:1",
    "http://hunter2%3A:x@proxy:1", "http://hunter2:%0D%0A@proxy:1", "http://proxy:3128/path", "http://pro xy:1",
    "http://hunter2:a b@proxy:1", "http://::1:3128", "http://[::1:3128", "http://[proxy]:1", "http://hunter2:ü@proxy:1",
    "hunter2://hunter2:x@proxy", "http://proxy:1?x=hunter2", "http://proxy\r\n:1", "http://hunter2:a/b@c@:1",
    "hunter2:hun://ter2@proxy:x",
  ])
  func badURLs(text: String) throws {
    let error = try #require(throws: ConfigurationError.self) { _ = try ProxyURL(text) }
    let shown = error.description
    #expect(shown.hasPrefix("proxy: '"))
    #expect(!error.allowed.isEmpty)
    if text.contains("@") || text.contains("?") {
      #expect(!shown.replacing("hunter2://", with: "").contains("hunter2"), "\(shown)")
      #expect(!shown.contains("hun://"))
      #expect(shown.contains("[REDACTED]"))
    }
    // A value in code is refused when the exporter is made.
    var settings = OTLPConfiguration(endpoint: "http://c:1")
    settings.proxy.set(.http(text))
    #expect(throws: ConfigurationError.self) { _ = try settings.validate() }
  }

  @Test func nothingShowsCredentials() throws {
    let proxy = OTLPProxy.http("http://hunter2:hunter2@proxy:3128", except: ["a"])
    let url = try ProxyURL("http://hunter2:hunter2@proxy:3128")
    let texts = ["\(proxy)", String(reflecting: proxy), "\(url)", String(reflecting: url), "\(Setting(proxy))"]
    for text in texts { #expect(!text.contains("hunter2") && !text.contains("aHVudGVyMj"), "\(text)") }
    var dumped = ""
    dump(proxy, to: &dumped)
    dump(url, to: &dumped)
    #expect(!dumped.contains("hunter2") && !dumped.contains("aHVudGVyMj"), "\(dumped)")
    #expect("\(proxy)" == "http://[REDACTED]@proxy:3128")
    #expect("\(OTLPProxy.none)" == "none")
  }

  // MARK: Environment

  @Test func theOrder() throws {
    let names = ["grpc_proxy", "GRPC_PROXY", "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"]
    for endpoint in ["https://collector.example.com", "http://collector.example.com"] {
      var environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "http://\($0.replacing("_", with: "-"))") })
      for name in names {
        let (settings, proxy, events) = try read(environment, endpoint: endpoint)
        #expect(proxy == "http://\(name.replacing("_", with: "-")):80")
        #expect(settings.proxy.source == .environment(variable: name))
        #expect(events.isEmpty)
        environment[name] = " "  // 2.6.1
      }
      #expect(try read(environment, endpoint: endpoint).proxy == nil)
    }
  }

  @Test func inACGIProgramHTTP_PROXYIsARequestsHeader() throws {
    let (_, proxy, events) = try read(["HTTP_PROXY": "http://evil:1", "REQUEST_METHOD": "GET"])
    #expect(proxy == nil)
    #expect(events.count == 1)
    #expect(events[0].description.contains("HTTP_PROXY"))
    let other = try read(["HTTP_PROXY": "http://evil:1", "http_proxy": "http://good:1", "REQUEST_METHOD": "GET"])
    #expect(other.proxy == "http://good:1")
    #expect(other.events.isEmpty)
    #expect(try read(["HTTPS_PROXY": "http://good:1", "REQUEST_METHOD": "GET"]).proxy == "http://good:1")
  }

  @Test func aBadURLIsWarnedOfAndTheNextVariableCounts() throws {
    let (settings, proxy, events) = try read([
      "https_proxy": "https://user:hunter2@proxy:1", "http_proxy": "http://proxy:2",
    ])
    #expect(proxy == "http://proxy:2")
    #expect(settings.proxy.source == .environment(variable: "http_proxy"))
    #expect(events.count == 1)
    let text = events[0].description
    #expect(text.contains("https_proxy") && text.contains("[REDACTED]@proxy:1") && text.contains("in plaintext"))
    #expect(!text.contains("hunter2"))
  }

  @Test func codeWins() throws {
    let environment = ["https_proxy": "http://other:1", "no_proxy": "*"]
    let named = try read(environment) { $0.proxy.set(.http("http://own:1")) }
    #expect(named.proxy == "http://own:1")
    #expect(named.settings.proxy.source == .code)
    #expect(try read(environment) { $0.proxy.set(.none) }.proxy == nil)
    // An environment that is not read causes no warnings.
    #expect(try read(["https_proxy": "x:y:z"]) { $0.proxy.set(.none) }.events.isEmpty)
    let excepted = try read(environment) { $0.proxy.set(.http("http://own:1", except: ["example.com"])) }
    #expect(excepted.proxy == nil)
    let error = try #require(throws: ConfigurationError.self) {
      _ = try read([:]) { $0.proxy.set(.http("http://own:1", except: ["10.0.0.0/33"])) }
    }
    #expect(error.option == "proxy.except")
    #expect(error.value == "10.0.0.0/33")
  }

  @Test(arguments: [
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.8.9.1", "[::1]", "[::ffff:127.0.0.1]",
  ])
  func thisMachineIsReachedWithoutTheEnvironmentsProxy(host: String) throws {
    #expect(try read(["https_proxy": "http://proxy:1"], endpoint: "http://\(host):4317").proxy == nil)
    let named = try read([:], endpoint: "http://\(host):4317") { $0.proxy.set(.http("http://proxy:1")) }
    #expect(named.proxy == "http://proxy:1")
  }

  @Test(arguments: ["notlocalhost", "localhost.example.com", "128.0.0.1", "[::2]", "[fe80::1%lo]"])
  func otherServersUseTheProxy(host: String) throws {
    #expect(try read(["https_proxy": "http://proxy:1"], endpoint: "http://\(host):4317").proxy == "http://proxy:1")
  }

  @Test(arguments: ["unix:/run/otlp.sock", "unix-abstract:otlp"]) func socketsAreReachedDirectly(endpoint: String)
    throws
  {
    let (_, proxy, events) = try read(["https_proxy": "http://proxy:1"], endpoint: endpoint)
    #expect(proxy == nil)
    #expect(events.isEmpty)
    let named = try read([:], endpoint: endpoint) { $0.proxy.set(.http("http://proxy:1")) }
    #expect(named.proxy == nil)
    #expect(named.events.map(\.message) == ["a proxy has no effect: the endpoint is a socket of this machine"])
  }

  @Test func compressionIsAutomaticThroughAProxy() throws {
    let direct = try read([:], endpoint: "http://localhost:4317").settings
    #expect(direct.compression(to: try direct.validate()) == .none)
    let proxied = try read([:], endpoint: "http://localhost:4317") { $0.proxy.set(.http("http://proxy:1")) }.settings
    #expect(proxied.compression(to: try proxied.validate()) == .auto)
  }

  // MARK: NO_PROXY

  @Test func theListOfExceptions() throws {
    let proxy = ["https_proxy": "http://proxy:1"]
    func isProxied(_ more: [String: String]) throws -> Bool { try read(proxy.merging(more) { $1 }).proxy != nil }
    #expect(try !isProxied(["no_grpc_proxy": "example.com"]))
    #expect(try !isProxied(["NO_GRPC_PROXY": "example.com"]))
    #expect(try !isProxied(["no_proxy": "example.com"]))
    #expect(try !isProxied(["NO_PROXY": "example.com"]))
    #expect(try isProxied(["no_grpc_proxy": "other", "no_proxy": "*", "NO_PROXY": "*"]))
    #expect(try isProxied(["no_proxy": "other", "NO_PROXY": "*"]))
    #expect(try !isProxied(["no_grpc_proxy": "", "no_proxy": " ", "NO_PROXY": "*"]))
    #expect(try isProxied([:]))
  }

  @Test func aWarningNamesAnInvalidEntry() throws {
    let (settings, proxy, events) = try read([
      "https_proxy": "http://proxy:1", "NO_PROXY": "10.0.0.0/33, a*b ,,other.example",
    ])
    #expect(proxy == "http://proxy:1")
    #expect(settings.proxy.value == .http("http://proxy:1", except: ["other.example"]))
    #expect(events.count == 2)
    #expect(events.allSatisfy { $0.description.contains("NO_PROXY") })
    #expect(events[0].description.contains("'10.0.0.0/33'") && events[1].description.contains("'a*b'"))
  }

  struct Match: Sendable, CustomTestStringConvertible {
    var list: String
    var direct: [String]
    var proxied: [String]
    var testDescription: String { list }
  }

  private static let matches = [
    Match(list: "*", direct: ["a", "10.0.0.1", "::1"], proxied: []),
    Match(list: "", direct: [], proxied: ["a", "10.0.0.1", "::1"]),
    Match(
      list: "example.com", direct: ["example.com", "EXAMPLE.com", "a.example.com", "a.b.Example.Com", "example.com."],
      proxied: ["badexample.com", "example.com.evil", "example.co", "com", "example.comm"]),
    Match(list: "EXAMPLE.com.", direct: ["example.com", "a.example.com."], proxied: ["aexample.com"]),
    Match(
      list: ".example.com", direct: ["a.example.com", "a.b.example.com"], proxied: ["example.com", "bexample.com"]),
    Match(
      list: "*.example.com", direct: ["a.example.com", "a.b.example.com"], proxied: ["example.com", "bexample.com"]),
    Match(list: "example.com:4317", direct: ["example.com", "a.example.com"], proxied: ["b.com"]),
    Match(list: "example.com:4318", direct: [], proxied: ["example.com", "a.example.com"]),
    Match(list: "*.example.com:4317,.b.org:1", direct: ["a.example.com"], proxied: ["example.com", "a.b.org"]),
    Match(list: "a b\tc,d , e", direct: ["a", "b", "c", "d", "e", "x.e"], proxied: ["f", "ab"]),
    Match(
      list: "10.1.2.3", direct: ["10.1.2.3", "::ffff:10.1.2.3"],
      proxied: ["10.1.2.4", "3.10.1.2.3.example", "a.10.1.2.3"]),
    Match(list: "::ffff:10.1.2.3", direct: ["10.1.2.3"], proxied: ["10.1.2.4"]),
    Match(list: "10.1.2.3:4317,10.1.2.4:1", direct: ["10.1.2.3"], proxied: ["10.1.2.4"]),
    Match(
      list: "10.0.0.0/8", direct: ["10.0.0.0", "10.255.255.255", "::ffff:10.1.1.1"],
      proxied: ["11.0.0.0", "9.255.255.255", "10"]),
    Match(list: "10.77.1.1/9", direct: ["10.0.0.1", "10.127.0.1"], proxied: ["10.128.0.1"]),
    Match(list: "0.0.0.0/0", direct: ["1.2.3.4"], proxied: ["fd00::1", "name"]),
    Match(list: "1.2.3.4/32", direct: ["1.2.3.4"], proxied: ["1.2.3.5"]),
    Match(list: "1.2.3.4/31", direct: ["1.2.3.4", "1.2.3.5"], proxied: ["1.2.3.6", "1.2.3.3"]),
    Match(list: "10.0.0.0/8:4317,11.0.0.0/8:1", direct: ["10.1.1.1"], proxied: ["11.1.1.1"]),
    Match(list: "fd00::/8", direct: ["fd00::1", "fdff:1::", "FD12::1%eth0"], proxied: ["fe80::1", "10.0.0.1"]),
    Match(list: "::/0", direct: ["fd00::1", "::1"], proxied: ["1.2.3.4"]),
    Match(
      list: "fd00::1:0:0:0:0/68", direct: ["fd00::1:0:0:0:1", "fd00::1:fff:0:0:1"],
      proxied: ["fd00::1:1000:0:0:1", "fd00::2:0:0:0:1"]),
    Match(list: "fd00::1/128", direct: ["fd00::1"], proxied: ["fd00::"]),
    Match(list: "fd00:0:0:1::/64", direct: ["fd00:0:0:1:ffff::"], proxied: ["fd00:0:0:2::"]),
    Match(list: "[fd00::/8]:4317,[fe80::/10]:1", direct: ["fd00::1"], proxied: ["fe80::1"]),
    Match(list: "[fd00::1]:4317,[fd00::2]:1,[fd00::3]", direct: ["fd00::1", "fd00::3"], proxied: ["fd00::2"]),
    Match(list: "fd00::1", direct: ["fd00::1", "fd00::1%2"], proxied: ["fd00::2", "a"]),
    Match(list: "::ffff:10.0.0.0/104", direct: ["10.9.9.9"], proxied: ["11.0.0.1"]),
    Match(list: "localhost,::1", direct: ["localhost", "::1"], proxied: ["127.0.0.1"]),
  ]

  @Test(arguments: matches) func exceptions(match: Match) {
    let exceptions = ProxyExceptions(Environment.entries(match.list))
    #expect(exceptions.problems.isEmpty)
    for host in match.direct { #expect(exceptions.contains(host: host, port: 4317), "\(host)") }
    for host in match.proxied { #expect(!exceptions.contains(host: host, port: 4317), "\(host)") }
  }

  @Test(arguments: [
    "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "/8", "example.com/8", "fd00::/129", "10.0.0.0/8/8",
    "*.", ".", "a*b", "*:1", "**", "example.com:0", "example.com:65536", "example.com:x", "10.0.0.0/8:0", "[fd00::/8]x",
    "[fd00::/8]:x", "[fd00::/8", "[fd00::1", "[example.com]", ".10.0.0.1", "http://example.com", "exämple.com", ":1",
    "10.0.0.0/0008",
  ])
  func badExceptions(entry: String) {
    #expect(ProxyExceptions([entry, "ok"]).problems == [entry])
    #expect(!ProxyExceptions([entry]).contains(host: "ok", port: 1))
  }
}

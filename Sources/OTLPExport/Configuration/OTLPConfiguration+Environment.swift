package import TelemetryCore

/// Reads an option from `OTEL_EXPORTER_OTLP_…`: the signal's own variable first, then the general variable (RULES 2.1).
struct OTLPEnvironment {
  let environment: Environment
  let signal: OTLPSignal

  /// The variables of an option, the overriding variable first.
  func names(_ option: String) -> [String] {
    signal.exporterVariables(option)
  }

  func string(_ option: String) -> Environment.Found<String>? { environment.string(names(option)) }

  /// Reads the path or the text of a PEM file.
  func pem(_ option: String) -> Environment.Found<PEMSource>? {
    string(option).map { ($0.variable, .file($0.value)) }
  }

  func boolean(_ option: String) -> Environment.Found<Bool>? { environment.boolean(names(option)) }

  func timeout(_ option: String) -> Environment.Found<Duration>? { environment.timeout(names(option)) }

  func value<Value>(_ option: String, allowed: String, _ parse: (String) -> Value?) -> Environment.Found<Value>? {
    environment.value(names(option), allowed: allowed, parse)
  }

  /// The signal's list replaces the general list (2.4.4). Warnings name entries by position, never by their text.
  func headers(_ option: String) -> OTLPHeaders {
    guard let (variable, text) = string(option) else { return OTLPHeaders() }
    let list = HeaderList(text)
    for problem in list.problems {
      environment.ignored(variable, entry: problem.position, name: problem.name, allowed: problem.allowed)
    }
    return list.headers
  }
}

extension OTLPConfiguration {
  /// Sets the values that code hasn't set.
  /// - Parameter protocolName: The exporter's protocol, which the environment can't change.
  package mutating func apply(
    environment: [String: String], signal: OTLPSignal, protocolName: String, diagnostics: Diagnostics
  ) {
    let environment = Environment(environment, diagnostics: diagnostics)
    let reader = OTLPEnvironment(environment: environment, signal: signal)
    fill(&insecure, reader.boolean("INSECURE"))
    fillShared(reader)
    // The environment of a proxy set in code isn't read, so nothing in there is reported.
    if proxy.source != .code { fill(&proxy, ProxyEnvironment(environment).proxy) }
    _ = chosenProtocol(reader, among: [protocolName], current: protocolName, diagnostics)
  }

  /// Sets the values of an exporter over HTTP that code hasn't set.
  /// - Returns: The protocol that the environment names, if it is one of HTTP's.
  package mutating func applyHTTP(
    environment: [String: String], signal: OTLPSignal, current: OTLPTransport, diagnostics: Diagnostics
  ) -> (variable: String, transport: OTLPTransport)? {
    let environment = Environment(environment, diagnostics: diagnostics)
    let reader = OTLPEnvironment(environment: environment, signal: signal)
    fillShared(reader)
    let isSecure = (try? HTTPEndpoint(endpoint.value))?.server.isSecure ?? true
    if proxy.source != .code { fill(&proxy, ProxyEnvironment(environment, isSecure: isSecure).proxy) }
    let names = [OTLPTransport.httpProtobuf, .httpJSON].map(\.rawValue)
    let found = chosenProtocol(reader, among: names, current: current.rawValue, diagnostics)
    return found.flatMap { found in OTLPTransport(rawValue: found.value).map { (found.variable, $0) } }
  }

  /// Sets the values that all protocols have.
  private mutating func fillShared(_ reader: OTLPEnvironment) {
    fill(&endpoint, reader.string("ENDPOINT"))
    fill(&certificate, reader.pem("CERTIFICATE"))
    fill(&clientCertificate, reader.pem("CLIENT_CERTIFICATE"))
    fill(&clientKey, reader.pem("CLIENT_KEY"))
    fill(&timeout, reader.timeout("TIMEOUT"))
    fill(
      &compression,
      reader.value("COMPRESSION", allowed: "none or gzip") { text -> OTLPCompression? in
        switch text {
        case "none": OTLPCompression.none
        case "gzip": .gzip
        default: nil
        }
      })
    headers.fill(reader.headers("HEADERS"))
  }

  private func fill<Value>(_ setting: inout Setting<Value>, _ found: (variable: String, value: Value)?) {
    if let found { setting.fill(found.value, from: found.variable) }
  }

  private func fill<Value>(_ setting: inout Setting<Value?>, _ found: (variable: String, value: Value)?) {
    if let found { setting.fill(found.value, from: found.variable) }
  }

  /// The protocol that the environment names. A warning names one that isn't the exporter's (RULES D6).
  private func chosenProtocol(
    _ reader: OTLPEnvironment, among own: [String], current: String, _ diagnostics: Diagnostics
  ) -> (variable: String, value: String)? {
    let names = ["grpc", "http/protobuf", "http/json"]
    let found = reader.value("PROTOCOL", allowed: names.joined(separator: ", ")) { names.contains($0) ? $0 : nil }
    guard let found, !own.contains(found.value) else { return found }
    diagnostics.emit(
      .warning, "an environment variable names another protocol than the exporter's; the exporter keeps its own",
      [("variable", found.variable), ("value", "'\(found.value)'"), ("protocol", current)])
    return nil
  }
}

package import TelemetryCore

/// Reads one option from `OTEL_EXPORTER_OTLP_…`: the signal's own variable first, then the general one. What can't be
/// used is named in a warning and counts as unset (requirements 2.1, 2.6).
struct OTLPEnvironment {
  let environment: [String: String]
  let signal: OTLPSignal
  let diagnostics: Diagnostics

  /// The variables of an option that are set, the one that wins first. Empty is unset (2.6.1).
  func values(_ option: String) -> [(variable: String, text: String)] {
    [signal.variableInfix, ""].compactMap { infix in
      let variable = "OTEL_EXPORTER_OTLP_\(infix)\(option)"
      guard let value = environment[variable] else { return nil }
      let text = String(HeaderList.trimmed(value[...]))
      return text.isEmpty ? nil : (variable, text)
    }
  }

  func string(_ option: String) -> (variable: String, value: String)? {
    values(option).first.map { ($0.variable, $0.text) }
  }

  /// Only `true` is true; what is neither `true` nor `false` is false, with a warning (2.6.2).
  func boolean(_ option: String) -> (variable: String, value: Bool)? {
    guard let (variable, text) = values(option).first else { return nil }
    let value = text.lowercased()
    if value != "true", value != "false" { ignored(variable, text, allowed: "true or false") }
    return (variable, value == "true")
  }

  /// The first value that `parse` takes; it gets the text in lower case (2.6.3, 2.6.7).
  func value<Value>(
    _ option: String, allowed: String, _ parse: (String) -> Value?
  ) -> (variable: String, value: Value)? {
    for (variable, text) in values(option) {
      if let value = parse(text.lowercased()) { return (variable, value) }
      ignored(variable, text, allowed: allowed)
    }
    return nil
  }

  /// Whole milliseconds, 0 for no limit (2.6.5, 2.6.6).
  func timeout(_ option: String) -> (variable: String, value: Duration)? {
    value(option, allowed: "whole milliseconds from 0, which means no limit") { text in
      guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text) else { return nil }
      return .milliseconds(value)
    }
  }

  /// The signal's list replaces the general one (2.4.4). Entries are named by position, never by their text.
  func headers(_ option: String) -> OTLPHeaders {
    guard let (variable, text) = values(option).first else { return OTLPHeaders() }
    let list = HeaderList(text)
    for problem in list.problems {
      diagnostics.emit(
        .warning, "a header in an environment variable is ignored",
        [("variable", variable), ("entry", "\(problem.position)")]
          + (problem.name.map { [("name", $0)] } ?? []) + [("allowed", problem.allowed)])
    }
    return list.headers
  }

  func ignored(_ variable: String, _ text: String, allowed: String) {
    diagnostics.emit(
      .warning, "an environment variable is ignored",
      [("variable", variable), ("value", "'\(Endpoint.redacted(text))'"), ("allowed", allowed)])
  }
}

extension OTLPSettings {
  /// Fills in what code hasn't set. `protocolName` is the protocol that the exporter speaks whatever the environment says.
  package mutating func apply(
    environment: [String: String], signal: OTLPSignal, protocolName: String, diagnostics: Diagnostics
  ) {
    let reader = OTLPEnvironment(environment: environment, signal: signal, diagnostics: diagnostics)
    fill(&endpoint, reader.string("ENDPOINT"))
    fill(&insecure, reader.boolean("INSECURE"))
    fill(&certificate, reader.string("CERTIFICATE"))
    fill(&clientCertificate, reader.string("CLIENT_CERTIFICATE"))
    fill(&clientKey, reader.string("CLIENT_KEY"))
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
    // Where code has said what to do nobody asks what the environment holds.
    if proxy.source != .code { fill(&proxy, ProxyEnvironment(environment).proxy(reader)) }
    checkProtocol(reader, protocolName, diagnostics)
  }

  private func fill<Value>(_ setting: inout Setting<Value>, _ found: (variable: String, value: Value)?) {
    if let found { setting.fill(found.value, from: found.variable) }
  }

  private func fill<Value>(_ setting: inout Setting<Value?>, _ found: (variable: String, value: Value)?) {
    if let found { setting.fill(found.value, from: found.variable) }
  }

  private func checkProtocol(_ reader: OTLPEnvironment, _ protocolName: String, _ diagnostics: Diagnostics) {
    let names = ["grpc", "http/protobuf", "http/json"]
    let found = reader.value("PROTOCOL", allowed: names.joined(separator: ", ")) { names.contains($0) ? $0 : nil }
    guard let found, found.value != protocolName else { return }
    diagnostics.emit(
      .warning, "an environment variable names another protocol than the exporter's; the exporter keeps its own",
      [("variable", found.variable), ("value", "'\(found.value)'"), ("protocol", protocolName)])
  }
}

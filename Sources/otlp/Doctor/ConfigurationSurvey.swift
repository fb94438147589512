internal import OTLPExport
package import OTLPGRPC
internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// The configuration as it comes out of options, environment and defaults, and where each value is from.
package struct ConfigurationSurvey: Sendable {
  /// A value and its source: an option, a variable, or `default`. Never a secret.
  package struct Row: Hashable, Sendable {
    package var name: String
    package var value: String
    package var source: String

    package init(name: String, value: String, source: String) {
      self.name = name
      self.value = value
      self.source = source
    }
  }

  package let exporter: OTLPGRPCExporter.Configuration
  package let batch: BatchConfiguration
  /// What the environment holds that can't be used, and values that can't be used at all.
  package private(set) var findings: [Finding] = []
  package let rows: [Row]
  /// Whether the exporter can be made of it.
  package private(set) var isUsable = true

  package init(_ options: ConnectionOptions, environment: [String: String]) {
    let events = EventList()
    var exporter = options.exporter
    exporter.apply(environment: environment, signal: .traces, diagnostics: events.diagnostics)
    var problems: [Finding] = []
    do throws(OTLPError) {
      try exporter.validate()
    } catch {
      problems.append(Finding(error))
    }
    do throws(ToolError) {
      batch = try options.batchConfiguration(environment: environment, diagnostics: events.diagnostics)
    } catch {
      batch = BatchConfiguration()
      problems.append(
        Finding(.valueRefused, error.description, advice: "give a value that is allowed", code: error.code))
    }
    self.exporter = exporter
    isUsable = problems.isEmpty
    findings = problems + events.all.map { Finding($0) }
    let ignored = Set(events.all.compactMap { event in event.fields.first { $0.name == "variable" }?.value })
    let sources = Sources(options: options, environment: environment, ignored: ignored)
    rows = sources.exporterRows(exporter) + sources.batchRows(batch)
  }
}

/// Keeps what the libraries have to say.
package final class EventList: Sendable {
  private let events = Mutex<[DiagnosticEvent]>([])

  package init() {}

  package var all: [DiagnosticEvent] { events.withLock { $0 } }

  package var diagnostics: Diagnostics {
    Diagnostics(minimumLevel: .warning) { event in self.events.withLock { $0.append(event) } }
  }
}

/// Says where values come from.
private struct Sources {
  typealias Row = ConfigurationSurvey.Row

  let options: ConnectionOptions
  let environment: [String: String]
  /// The variables whose values can't be used.
  let ignored: Set<String>

  func exporterRows(_ configuration: OTLPGRPCExporter.Configuration) -> [Row] {
    let settings = configuration.values
    func row<Value>(_ name: String, _ setting: Setting<Value>, _ value: String) -> Row {
      Row(name: name, value: value, source: source(setting.source, name))
    }
    return [
      row("endpoint", settings.endpoint, configuration.endpoints.map(Endpoint.redacted).joined(separator: ",")),
      row("insecure", settings.insecure, "\(configuration.insecure)"),
      row("certificate", settings.certificate, configuration.certificate?.shown ?? "the system's"),
      row("client-certificate", settings.clientCertificate, configuration.clientCertificate?.shown ?? "none"),
      row("client-key", settings.clientKey, configuration.clientKey?.shown ?? "none"),
    ] + securityRows(configuration) + headerRows(configuration) + proxyRows(configuration) + [
      row("compression", settings.compression, "\(configuration.compression)"),
      row("timeout", settings.timeout, Self.seconds(configuration.timeout)),
      Row(name: "protocol", value: "grpc", source: protocolSource),
      chosen("load-balancing", configuration.loadBalancing == .pickFirst ? "pick-first" : "round-robin"),
      chosen("max-connections", "\(configuration.maxConnections)"),
      chosen("connect-timeout", Self.seconds(configuration.connectTimeout)),
      chosen("authority", configuration.authority.map(Redaction.shown) ?? "the endpoint's"),
    ]
  }

  private func securityRows(_ configuration: OTLPGRPCExporter.Configuration) -> [Row] {
    [
      chosen("system-authorities", "\(configuration.certificate == nil || configuration.includesSystemAuthorities)"),
      chosen("client-key-password", configuration.clientKeyPassword == nil ? "none" : Redaction.mark),
      chosen("server-name", configuration.serverName.map(Redaction.shown) ?? "the endpoint's"),
      chosen("minimum-tls", configuration.minimumTLSVersion == .tls13 ? "1.3" : "1.2"),
    ]
  }

  private var protocolSource: String {
    if options.given.contains("protocol") { return "--protocol" }
    let names = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]
    let found = Environment(environment).value(names, allowed: "") { $0 == "grpc" ? $0 : nil }
    return found?.variable ?? "default"
  }

  /// The proxy, and which servers are connected to without one if it is the environment's.
  private func proxyRows(_ configuration: OTLPGRPCExporter.Configuration) -> [Row] {
    let proxy = configuration.values.proxy
    var rows = [Row(name: "proxy", value: "\(proxy.value)", source: source(proxy.source, "proxy"))]
    if case .environment = proxy.source, let exceptions = ProxyEnvironment(Environment(environment)).exceptions {
      let text = exceptions.value
      let isOneLine = !text.contains(where: \.isNewline)
      rows.append(
        Row(
          name: "no-proxy",
          value: isOneLine ? proxy.value.exceptions.joined(separator: ",") : Redaction.length(of: text),
          source: exceptions.variable))
    }
    return rows
  }

  private func source(_ source: SettingSource, _ name: String) -> String {
    switch source {
    case .standard: "default"
    case .code: "--" + name
    case .environment(let variable): variable
    }
  }

  /// A value that only the command line can give.
  private func chosen(_ name: String, _ value: String) -> Row {
    Row(name: name, value: value, source: options.given.contains(name) ? "--" + name : "default")
  }

  private func headerRows(_ configuration: OTLPGRPCExporter.Configuration) -> [Row] {
    let names = configuration.headers.names
    guard !names.isEmpty else { return [Row(name: "header", value: "none", source: "default")] }
    let variables = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"]
    let variable = Environment(environment).string(variables)?.variable ?? "default"
    return names.map { name in
      Row(
        name: "header", value: "\(Redaction.shown(name))=\(Redaction.mark)",
        source: options.exporter.headers[name] != nil ? "--header" : variable)
    }
  }

  func batchRows(_ batch: BatchConfiguration) -> [Row] {
    func row(_ name: String, _ isOption: Bool, _ variable: String?, _ value: String) -> Row {
      Row(name: name, value: value, source: isOption ? "--" + name : fromEnvironment(variable))
    }
    let overflow =
      switch options.overflow ?? .block {
      case .block: "block"
      case .dropNewest: "drop-newest"
      case .dropOldest: "drop-oldest"
      }
    return [
      row("queue", options.queue != nil, "OTEL_BSP_MAX_QUEUE_SIZE", "\(batch.maxQueueSize)"),
      row("batch", options.batch != nil, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "\(batch.maxExportBatchSize)"),
      row("schedule-delay", false, "OTEL_BSP_SCHEDULE_DELAY", Self.seconds(batch.scheduleDelay)),
      row("overflow", options.overflow != nil, nil, overflow),
      row(
        "export-timeout", options.exportTimeout != nil, "OTEL_BSP_EXPORT_TIMEOUT", Self.seconds(batch.exportTimeout)),
    ]
  }

  private func fromEnvironment(_ variable: String?) -> String {
    guard let variable, !ignored.contains(variable) else { return "default" }
    return Environment(environment).string([variable])?.variable ?? "default"
  }

  private static func seconds(_ duration: Duration) -> String {
    let seconds = duration.inSeconds
    return seconds > 1e9 ? "no limit" : "\(JSONObject.number(seconds)) s"
  }
}

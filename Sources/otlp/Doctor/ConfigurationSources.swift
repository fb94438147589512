internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

/// Makes the rows of a survey: the values and their sources.
struct ConfigurationSources {
  typealias Row = ConfigurationSurvey.Row

  let options: ExportOptions
  let signal: OTLPSignal
  let environment: Environment
  /// The variables with invalid values.
  let ignored: Set<String>

  /// - Parameter configuration: The values, whatever the protocol is.
  func exporterRows(_ configuration: OTLPGRPCExporter.Configuration, _ transport: OTLPTransport) -> [Row] {
    let settings = configuration.values
    let redacted = transport == .grpc ? Endpoint.redacted : HTTPEndpoint.redacted
    return [
      row(
        "endpoint", settings.endpoint.source, configuration.endpoints.map(redacted).joined(separator: ",")),
      row("insecure", settings.insecure.source, "\(configuration.insecure)"),
      row("certificate", settings.certificate.source, configuration.certificate?.shown ?? "the system's"),
      row("client-certificate", settings.clientCertificate.source, configuration.clientCertificate?.shown ?? "none"),
      row("client-key", settings.clientKey.source, configuration.clientKey?.shown ?? "none"),
      option("system-authorities", "\(configuration.certificate == nil || configuration.includesSystemAuthorities)"),
      option("client-key-password", configuration.clientKeyPassword == nil ? "none" : Redaction.mark),
      option("server-name", configuration.serverName.map(Redaction.shown) ?? "the endpoint's"),
      option("minimum-tls", configuration.minimumTLSVersion == .tls13 ? "1.3" : "1.2"),
    ] + headerRows(configuration) + proxyRows(configuration, transport) + [
      row("compression", settings.compression.source, "\(configuration.compression)"),
      row("timeout", settings.timeout.source, Self.seconds(configuration.timeout)),
      Row("protocol", transport.rawValue, source: protocolSource(transport)),
      option("load-balancing", configuration.loadBalancing == .pickFirst ? "pick-first" : "round-robin"),
      option("max-connections", "\(configuration.maxConnections)"),
      option("connect-timeout", Self.seconds(configuration.connectTimeout)),
      option("authority", configuration.authority.map(Redaction.shown) ?? "the endpoint's"),
    ]
  }

  func batchRows(_ batch: BatchConfiguration) -> [Row] {
    let overflow =
      switch batch.overflow {
      case .dropNewest: "drop-newest"
      case .dropOldest: "drop-oldest"
      default: "block"
      }
    // Metrics are exported a collection at a time, without a queue.
    guard let prefix = batch.variablePrefix else {
      return [
        option("batch", "\(batch.maxExportBatchSize)"),
        row("export-timeout", "OTEL_METRIC_EXPORT_TIMEOUT", Self.seconds(batch.exportTimeout)),
      ]
    }
    return [
      row("queue", "\(prefix)MAX_QUEUE_SIZE", "\(batch.maxQueueSize)"),
      row("batch", "\(prefix)MAX_EXPORT_BATCH_SIZE", "\(batch.maxExportBatchSize)"),
      row("schedule-delay", "\(prefix)SCHEDULE_DELAY", Self.seconds(batch.scheduleDelay)),
      option("overflow", overflow),
      row("export-timeout", "\(prefix)EXPORT_TIMEOUT", Self.seconds(batch.exportTimeout)),
    ]
  }

  func readerRows(_ reader: PeriodicMetricReader.Configuration) -> [Row] {
    [
      row("interval", "OTEL_METRIC_EXPORT_INTERVAL", Self.seconds(reader.interval)),
      row("temporality", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "\(reader.temporality)"),
    ]
  }

  // MARK: Sources

  private func row(_ name: String, _ source: SettingSource, _ value: String) -> Row {
    Row(name, value, source: source == .code ? "--" + name : source.description)
  }

  /// A value that an option or a variable gives.
  private func row(_ name: String, _ variable: String, _ value: String) -> Row {
    let isSet = !ignored.contains(variable) && environment.string([variable]) != nil
    return Row(name, value, source: options.given.contains(name) ? "--" + name : isSet ? variable : "default")
  }

  /// A value that only an option gives.
  private func option(_ name: String, _ value: String) -> Row {
    Row(name, value, source: options.given.contains(name) ? "--" + name : "default")
  }

  private func protocolSource(_ transport: OTLPTransport) -> String {
    if options.given.contains("protocol") { return "--protocol" }
    let found = environment.value(signal.exporterVariables("PROTOCOL"), allowed: "") {
      $0 == transport.rawValue ? $0 : nil
    }
    return found?.variable ?? "default"
  }

  private func headerRows(_ configuration: OTLPGRPCExporter.Configuration) -> [Row] {
    let names = configuration.headers.names
    guard !names.isEmpty else { return [Row("header", "none", source: "default")] }
    let variable = environment.string(signal.exporterVariables("HEADERS"))?.variable ?? "default"
    return names.map { name in
      Row(
        "header", "\(Redaction.shown(name))=\(Redaction.mark)",
        source: options.exporter.headers[name] != nil ? "--header" : variable)
    }
  }

  /// The proxy and, for a proxy of the environment, the servers that need none.
  private func proxyRows(_ configuration: OTLPGRPCExporter.Configuration, _ transport: OTLPTransport) -> [Row] {
    let proxy = configuration.values.proxy
    let hosts = configuration.endpoints.flatMap { Self.hosts($0, transport) }
    let unused = proxy.value.url == nil ? [] : hosts.filter { configuration.values.proxy(for: $0) == nil }
    let names = unused.map { Redaction.shown($0.name) }.joined(separator: ", ")
    let first = row("proxy", proxy.source, "\(proxy.value)" + (unused.isEmpty ? "" : ", not used for \(names)"))
    guard case .environment = proxy.source, let exceptions = ProxyEnvironment(environment).exceptions else {
      return [first]
    }
    let value =
      exceptions.value.contains(where: \.isNewline)
      ? Redaction.length(of: exceptions.value) : proxy.value.exceptions.joined(separator: ",")
    return [first, Row("no-proxy", value, source: exceptions.variable)]
  }

  private static func hosts(_ endpoint: String, _ transport: OTLPTransport) -> [Endpoint.Host] {
    let server =
      transport == .grpc ? try? Endpoint(endpoint, insecure: false) : (try? HTTPEndpoint(endpoint))?.server
    if case .hosts(let hosts)? = server?.target { return hosts }
    return []
  }

  private static func seconds(_ duration: Duration) -> String {
    let seconds = duration.inSeconds
    return seconds > 1e9 ? "no limit" : "\(decimal(seconds, 3)) s"
  }
}

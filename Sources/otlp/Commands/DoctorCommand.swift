internal import GRPCClient
internal import OTLPExport
internal import OTLPGRPC
package import OTLPWire
internal import TelemetryCore
package import TelemetrySDK

#if HTTP
  internal import OTLPHTTP
#endif

/// `otlp doctor`.
package struct DoctorCommand: ToolCommand {
  package var export = ExportOptions()
  package var signal = OTLPSignal.traces

  package init() {}

  package static let table = CommandTable<DoctorCommand>(
    "doctor", "shows the source of each setting and finds mistakes on the way to the server",
    notes: """
      It resolves the name, connects, performs the handshakes and exports an empty request: nothing is sent. Over HTTP \
      (--protocol) the handshakes are a part of the export.
      --signal chooses whose exporter it examines, and with it the variables, such as OTEL_EXPORTER_OTLP_LOGS_ENDPOINT.
      --timeout limits the connection and the export separately; 0 means 10s.
      Exit code 0 if there is no mistake, 64 or 78 for a value, a file or a variable that can't be used, 69 if the \
      server can't be reached or doesn't accept the export.
      """,
    options: [
      Option(
        "signal", "NAME", "the signal whose exporter is examined: traces, logs or metrics", default: "traces", \.signal,
        .signal)
    ] + ExportOptions.table(within: \.export))

  package static func writeEmptyResult(to writer: inout JSONWriter) {}

  package func run() async throws(ToolError) -> ExitCode {
    #if !HTTP
      guard [nil, .grpc].contains(export.exporterProtocol) else {
        throw ToolError(
          .usage, "--protocol: this build examines connections of gRPC only; see swift build --traits HTTP")
      }
    #endif
    let survey = ConfigurationSurvey(export, signal: signal, environment: Process.environment)
    let report = await examine(survey)
    try TextOutput.standard.deliver(export.json ? report.json + "\n" : report.text)
    return report.exitCode
  }

  private func examine(_ survey: ConfigurationSurvey) async -> DoctorReport {
    let events = EventList()
    var findings = survey.findings
    var checks: [Check] = []
    var endpoint = survey.exporter.endpoints.map(Endpoint.redacted).joined(separator: ",")
    if survey.isUsable {
      let start = MonotonicInstant.system
      do throws(OTLPError) {
        let way = try Way(survey, signal, events.diagnostics)
        endpoint = way.description
        let elapsed = MonotonicInstant.system - start
        let count = findings.count
        let detail =
          count == 0 ? "all values can be used" : "an exporter can be made; \(counted(count, "mistake")) below"
        checks.append(Check(step: .configuration, result: .passed, details: [detail], elapsed: elapsed))
        let (seen, found) = try await probe(way, survey.exporter)
        checks += seen
        findings = found + findings
      } catch {
        findings.insert(Finding(error), at: 0)
      }
      findings += events.all.map { Finding($0) }
    }
    if checks.isEmpty { checks.append(Check(step: .configuration, result: .failed, details: [])) }
    return DoctorReport(endpoint: endpoint, rows: survey.rows, checks: checks, findings: findings)
  }

  /// The servers, by the protocol.
  private enum Way {
    case grpc([Endpoint], GRPCChannelConfiguration)
    #if HTTP
      case http(Endpoint, target: String, OTLPHTTPExporter.Configuration)
    #endif

    init(_ survey: ConfigurationSurvey, _ signal: OTLPSignal, _ diagnostics: Diagnostics) throws(OTLPError) {
      #if HTTP
        if let http = survey.http {
          let (server, targets) = try http.place()
          self = .http(server, target: targets[signal] ?? "", http)
          return
        }
      #endif
      let servers = try survey.exporter.servers()
      self = .grpc(servers, try GRPCChannelConfiguration(survey.exporter, servers: servers, diagnostics))
    }

    /// The servers' names.
    var description: String {
      switch self {
      case .grpc(let servers, _): servers.map(\.description).joined(separator: ",")
      #if HTTP
        case .http(let server, let target, _): HTTPEndpoint.redacted(server.description + target)
      #endif
      }
    }
  }

  private func probe(
    _ way: Way, _ configuration: OTLPGRPCExporter.Configuration
  ) async throws(OTLPError) -> ([Check], [Finding]) {
    switch way {
    case .grpc(let servers, let channel): return try await probeServers(servers, channel, configuration)
    #if HTTP
      case .http(let server, let target, let http):
        let place = HTTPPlace(target: target, variable: ownVariable(http))
        let (checks, finding) = await probe(server, nil, configuration, place) { await $0.run(over: http) }
        return (checks, finding.map { [$0] } ?? [])
    #endif
    }
  }

  #if HTTP
    /// The signal's own variable if that names the endpoint.
    private func ownVariable(_ http: OTLPHTTPExporter.Configuration) -> String? {
      let own = signal.exporterVariables("ENDPOINT")[0]
      return http.values.endpoint.source == .environment(variable: own) ? own : nil
    }
  #endif

  private func probeServers(
    _ servers: [Endpoint], _ channel: GRPCChannelConfiguration, _ configuration: OTLPGRPCExporter.Configuration
  ) async throws(OTLPError) -> ([Check], [Finding]) {
    guard servers.count > 1 else {
      let (checks, finding) = await probe(servers[0], channel, configuration) { await $0.run() }
      return (checks, finding.map { [$0] } ?? [])
    }
    var seen: [(server: String, checks: [Check])] = []
    var findings: [Finding] = []
    for endpoint in configuration.endpoints {
      var single = configuration
      single.endpoint = endpoint
      let server = try single.servers()
      let channel = try GRPCChannelConfiguration(single, servers: server, .silent)
      let (checks, finding) = await probe(server[0], channel, single) { await $0.run() }
      seen.append((server[0].description, checks))
      if let finding { findings.append(finding) }
    }
    return (Check.merged(seen), findings)
  }

  private func probe(
    _ server: Endpoint, _ channel: GRPCChannelConfiguration?, _ configuration: OTLPGRPCExporter.Configuration,
    _ httpPlace: HTTPPlace? = nil, _ run: @escaping @Sendable (inout Probe) async -> Void
  ) async -> ([Check], Finding?) {
    let lease: TelemetryRuntime.Lease
    do throws(SystemError) {
      lease = try TelemetryRuntime.shared.acquire()
    } catch {
      return ([], .exhaustedLimits("\(error)"))
    }
    defer { lease.end() }
    let loop = lease.loop
    let timeout = configuration.timeout == .zero ? .seconds(10) : configuration.timeout
    let context = ProbeContext(configuration, endpoint: server, signal: signal, httpPlace: httpPlace)
    return await Task(executorPreference: loop) {
      var probe = Probe(
        server, configuration.values, channel, signal: context.signal, isCompressed: context.isCompressed,
        timeout: timeout, loop: loop)
      await run(&probe)
      return (probe.checks, probe.failure.map { Finding($0, context) })
    }.value
  }
}

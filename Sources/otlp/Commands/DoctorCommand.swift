internal import GRPCClient
internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore

/// `otlp doctor`.
package struct DoctorCommand: ToolCommand {
  package var connection = ConnectionOptions()

  package init() {}

  package static let table = CommandTable<DoctorCommand>(
    "doctor", "says where the configuration comes from and what is wrong with the connection",
    notes: """
      It looks the name up, connects, shakes hands, and exports an empty request: no span is sent.
      --timeout is what the way there may take, and what the export may take; 10s if it is 0.
      Exit code 0 if nothing is wrong, 64 or 78 for a value, a file or a variable that can't be \
      used, 69 if the server can't be reached or doesn't accept the export.
      """,
    options: ConnectionOptions.table.map { $0.within(\DoctorCommand.connection) })

  package func run() async throws(ToolError) -> ExitCode {
    let survey = ConfigurationSurvey(connection, environment: Process.environment)
    let report = await examine(survey)
    try TextOutput.standard.deliver(connection.json ? report.json + "\n" : report.text)
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
        let servers = try survey.exporter.servers()
        let channel = try GRPCChannelConfiguration(survey.exporter, servers: servers, events.diagnostics)
        endpoint = servers.map(\.description).joined(separator: ",")
        let elapsed = MonotonicInstant.system - start
        checks.append(
          Check(step: .configuration, result: .passed, details: ["it can be used"], elapsed: elapsed))
        let (seen, found) = try await probe(servers, channel, survey.exporter)
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

  /// Goes the way to each server.
  private func probe(
    _ servers: [Endpoint], _ channel: GRPCChannelConfiguration, _ configuration: OTLPGRPCExporter.Configuration
  ) async throws(OTLPError) -> ([Check], [Finding]) {
    guard servers.count > 1 else {
      let (checks, finding) = await probeOne(servers[0], channel, configuration)
      return (checks, finding.map { [$0] } ?? [])
    }
    var seen: [(server: String, checks: [Check])] = []
    var findings: [Finding] = []
    for endpoint in configuration.endpoints {
      var single = configuration
      single.endpoint = endpoint
      let server = try single.servers()
      let channel = try GRPCChannelConfiguration(single, servers: server, .silent)
      let (checks, finding) = await probeOne(server[0], channel, single)
      seen.append((server[0].description, checks))
      if let finding { findings.append(finding) }
    }
    return (Check.merged(seen), findings)
  }

  private func probeOne(
    _ server: Endpoint, _ channel: GRPCChannelConfiguration, _ configuration: OTLPGRPCExporter.Configuration
  ) async -> ([Check], Finding?) {
    let lease: TelemetryRuntime.Lease
    do throws(SystemError) {
      lease = try TelemetryRuntime.shared.acquire()
    } catch {
      return ([], .limits("\(error)"))
    }
    defer { lease.end() }
    let loop = lease.loop
    let timeout = configuration.timeout == .zero ? .seconds(10) : configuration.timeout
    let situation = Situation(configuration, endpoint: server)
    return await Task(executorPreference: loop) {
      var probe = Probe(
        server, configuration.values, channel, isCompressed: situation.isCompressed, timeout: timeout, loop: loop)
      await probe.run()
      return (probe.checks, probe.failure.map { Finding($0, situation) })
    }.value
  }
}

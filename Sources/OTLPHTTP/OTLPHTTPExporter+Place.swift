#if HTTP
  package import OTLPExport
  internal import TelemetryCore
  package import TelemetrySDK

  extension OTLPHTTPExporter.Configuration {
    /// The server, and the path and query of each signal's requests.
    /// - Throws: An `OTLPError` that names the first value that can't be used.
    package func place() throws(OTLPError) -> (server: Endpoint, targets: [OTLPSignal: String]) {
      do throws(ConfigurationError) {
        try ConfigurationError.require("maxConnections", maxConnections, in: 1...100)
        try values.validateValues()
        if let name = values.headers.names.first(where: { HTTPRequestPlan.ownHeaders.contains($0) }) {
          throw ConfigurationError(
            option: "headers", value: name, allowed: "a name other than '\(name)', which the exporter sets itself")
        }
        return try targets()
      } catch {
        throw OTLPError(error)
      }
    }

    /// The signals' own endpoints that code sets, with the names of the options.
    private var ownEndpoints: [(signal: OTLPSignal, option: String, text: String)] {
      let all: [(OTLPSignal, String, String?)] = [
        (.traces, "tracesEndpoint", tracesEndpoint), (.logs, "logsEndpoint", logsEndpoint),
        (.metrics, "metricsEndpoint", metricsEndpoint),
      ]
      return all.compactMap { signal, option, text in text.map { (signal, option, $0) } }
    }

    private func targets() throws(ConfigurationError) -> (server: Endpoint, targets: [OTLPSignal: String]) {
      var targets: [OTLPSignal: String] = [:]
      var first: (server: Endpoint, option: String)?
      for own in ownEndpoints {
        let endpoint = try HTTPEndpoint(own.text, option: own.option)
        targets[own.signal] = endpoint.server.hasHosts ? endpoint.ownTarget : endpoint.target(of: own.signal)
        try Self.requireOneServer(endpoint.server, own.option, own.text, first)
        first = first ?? (endpoint.server, own.option)
      }
      let base = try HTTPEndpoint(values.endpoint.value, option: values.endpoint.name("endpoint"))
      if values.endpoint.isFromCode { try Self.requireOneServer(base.server, "endpoint", endpoint, first) }
      let server = first?.server ?? base.server
      for signal in OTLPSignal.all where targets[signal] == nil {
        // On another server than the base's, which then has no say, the paths are the usual ones.
        targets[signal] = server == base.server ? target(of: signal, base) : "/" + signal.httpPath
      }
      return (server, targets)
    }

    /// The path of a signal without an endpoint of its own in code.
    private func target(of signal: OTLPSignal, _ base: HTTPEndpoint) -> String {
      guard base.server.hasHosts, case .environment(let variable) = values.endpoint.source else {
        return base.target(of: signal)
      }
      // A signal's own variable names the whole address, which says nothing of other signals.
      if variable == "OTEL_EXPORTER_OTLP_\(signal.variableInfix)ENDPOINT" { return base.ownTarget }
      return variable == "OTEL_EXPORTER_OTLP_ENDPOINT" ? base.target(of: signal) : "/" + signal.httpPath
    }

    private static func requireOneServer(
      _ server: Endpoint, _ option: String, _ text: String, _ first: (server: Endpoint, option: String)?
    ) throws(ConfigurationError) {
      guard let first, server != first.server else { return }
      throw ConfigurationError(
        option: option, value: HTTPEndpoint.redacted(text),
        allowed: "an address on the server of '\(first.option)'; another server needs an exporter of its own")
    }
  }
#endif

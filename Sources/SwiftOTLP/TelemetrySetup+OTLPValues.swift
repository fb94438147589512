internal import OTLPExport
package import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

#if HTTP
  package import OTLPHTTP
#endif

extension TelemetrySetup {
  /// The server of a signal, and the manner of sending to it.
  package struct OTLPValues: Sendable {
    package let otlpProtocol: Setting<String>
    package private(set) var grpc: OTLPGRPCExporter.Configuration
    #if HTTP
      package private(set) var http: OTLPHTTPExporter.Configuration
    #endif
    /// True if the environment has variables for this signal only, whose exporter then has connections of its own.
    let isOwn: Bool

    /// - Parameter diagnostics: Receives what is ignored; nil if the environment's values of the exporter don't count.
    init(
      _ configuration: Telemetry.Configuration, _ signal: OTLPSignal, _ reader: TelemetryEnvironment,
      _ diagnostics: Diagnostics?
    ) {
      otlpProtocol = reader.otlpProtocol(configuration.otlpProtocol, signal)
      isOwn = reader.hasOwnExporterVariables(signal)
      grpc = configuration.otlp
      #if HTTP
        http = configuration.otlpHTTP
      #endif
      guard let diagnostics else { return }
      let variables = reader.exporterVariables(otlpProtocol, signal)
      #if HTTP
        warnOfOtherProtocol(diagnostics)
        if !usesGRPC {
          http.apply(environment: variables, signal: signal, diagnostics: diagnostics)
          http.httpProtocol = otlpProtocol.value == Telemetry.OTLPProtocol.httpJSON.description ? .json : .protobuf
          return
        }
      #endif
      grpc.apply(environment: variables, signal: signal, diagnostics: diagnostics)
    }

    /// True if the exporter is gRPC's.
    package var usesGRPC: Bool { otlpProtocol.value == Telemetry.OTLPProtocol.grpc.description }

    #if HTTP
      /// Warns of code's values that belong to the other protocol: without them the items go elsewhere, or without protection. Code
      /// that sets the same values for both protocols leaves the choice to the environment.
      private func warnOfOtherProtocol(_ diagnostics: Diagnostics) {
        var ofHTTP = http.values.namesFromCode
        let endpoints = [http.tracesEndpoint, http.logsEndpoint, http.metricsEndpoint]
        if !ofHTTP.contains("endpoint"), endpoints.contains(where: { $0 != nil }) { ofHTTP.insert("endpoint", at: 0) }
        let ofGRPC = grpc.values.namesFromCode
        let (property, others, own) = usesGRPC ? ("otlpHTTP", ofHTTP, ofGRPC) : ("otlp", ofGRPC, ofHTTP)
        let names = others.filter { !own.contains($0) }.map { "\(property).\($0)" }
        guard !names.isEmpty else { return }
        diagnostics.emit(
          .warning, "values of code have no effect: they are for another protocol",
          [
            ("options", names.joined(separator: ", ")), ("protocol", otlpProtocol.value),
            ("chosenBy", otlpProtocol.name("otlpProtocol")),
          ])
      }
    #endif

    /// Checks what the exporters don't check themselves.
    func validate() throws(ConfigurationError) {
      #if !HTTP
        guard !usesGRPC else { return }
        throw ConfigurationError(
          option: otlpProtocol.name("otlpProtocol"), value: otlpProtocol.value,
          allowed: "grpc, with the endpoint's gRPC port (4317); OTLP over HTTP needs the trait HTTP of the package "
            + "swift-otlp, traits: [\"HTTP\"], and libcurl")
      #endif
    }
  }
}

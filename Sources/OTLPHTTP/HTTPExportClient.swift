#if HTTP
  package import HTTP2Transport
  package import OTLPExport
  package import OTLPWire
  package import TelemetryCore

  /// Sends export requests over HTTP.
  package struct HTTPExportClient: ExportClient {
    private let client: CurlClient
    private let plan: HTTPRequestPlan

    init(
      _ plan: HTTPRequestPlan, loop: TelemetryLoop, network: any Network, _ diagnostics: Diagnostics
    ) throws(OTLPError) {
      self.plan = plan
      client = try CurlClient(plan, loop: loop, network: network, diagnostics)
    }

    /// Makes a client without an exporter.
    package init(
      _ configuration: OTLPHTTPExporter.Configuration, loop: TelemetryLoop, network: any Network,
      _ diagnostics: Diagnostics
    ) throws(OTLPError) {
      try self.init(try HTTPRequestPlan(configuration, diagnostics), loop: loop, network: network, diagnostics)
    }

    package var connectionsMade: Int { client.connectionsMade }

    package var encoder: MessageEncoder? {
      guard plan.isJSON else { return nil }
      return { try? OTLPJSON.json(of: $0, as: $1.requestType, room: 5) }
    }

    package func send(
      _ message: OutgoingMessage, headers: OTLPHeaders?, deadline: Deadline
    ) async -> Result<ExportResponse, AttemptFailure> {
      let request = CurlEasy.Request(
        signal: message.signal, body: message.bytes.withoutPrefix,
        headers: .init(isCompressed: message.isCompressed, added: headers ?? plan.values.headers))
      switch await client.send(request, deadline: deadline) {
      case .success(let response):
        return HTTPResponseReader.read(response, message.signal, limit: plan.values.maxResponseSize)
      case .failure(let failure): return .failure(failure)
      }
    }

    package func shutdown(deadline: Deadline) async { await client.shutdown(deadline: deadline) }
  }
#endif

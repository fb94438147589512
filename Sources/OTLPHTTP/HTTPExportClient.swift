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

    package func encoded(_ message: BufferSlice) -> BufferSlice? {
      plan.isJSON ? try? OTLPJSON.json(of: message, as: .traceRequest, room: 5) : nil
    }

    package func send(
      _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
    ) async -> Result<ExportResponse, AttemptFailure> {
      let headers = CurlEasy.Headers(isCompressed: isCompressed, added: headers ?? plan.values.headers)
      switch await client.send(message.withoutPrefix, headers, deadline: deadline) {
      case .success(let response): return HTTPResponseReader.read(response, limit: plan.values.maxResponseSize)
      case .failure(let failure): return .failure(failure)
      }
    }

    package func shutdown(deadline: Deadline) async { await client.shutdown(deadline: deadline) }
  }
#endif

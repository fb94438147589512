#if HTTP
  internal import HTTP2Transport
  internal import OTLPExport
  internal import OTLPWire
  internal import TelemetryCore

  /// Sends export requests over HTTP.
  struct HTTPExportClient: ExportClient {
    private let client: CurlClient
    private let plan: HTTPRequestPlan

    init(
      _ plan: HTTPRequestPlan, loop: TelemetryLoop, network: any Network, _ diagnostics: Diagnostics
    ) throws(OTLPError) {
      self.plan = plan
      client = try CurlClient(plan, loop: loop, network: network, diagnostics)
    }

    var connectionsMade: Int { client.connectionsMade }

    func encoded(_ message: BufferSlice) -> BufferSlice? {
      plan.isJSON ? try? OTLPJSON.json(of: message, as: .traceRequest, room: 5) : nil
    }

    func send(
      _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
    ) async -> Result<ExportResponse, AttemptFailure> {
      let headers = CurlEasy.Headers(isCompressed: isCompressed, added: headers ?? plan.values.headers)
      switch await client.send(message.withoutPrefix, headers, deadline: deadline) {
      case .success(let response): return HTTPResponseReader.read(response, limit: plan.values.maxResponseSize)
      case .failure(let failure): return .failure(failure)
      }
    }

    func shutdown(deadline: Deadline) async { await client.shutdown(deadline: deadline) }
  }
#endif

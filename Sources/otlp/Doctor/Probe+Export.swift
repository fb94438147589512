internal import GRPCClient
internal import HTTP2Transport
internal import OTLPExport
internal import OTLPGRPC
internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

extension Probe {
  /// Exports an empty request, which a server should answer with success (1.1.13). Nothing is stored.
  mutating func export(_ channel: GRPCChannelConfiguration) async {
    let client: GRPCExportClient
    do throws(OTLPError) {
      client = GRPCExportClient(try channel.makeChannel(network: network, loop: loop, .silent))
    } catch {
      return failed(.export, .network(.cancelled), [error.message])
    }
    await export(by: client)
    await client.shutdown(deadline: Deadline(loop.now + .seconds(1)))
  }

  /// Exports an empty request by a client of any protocol.
  mutating func export(by client: some ExportClient) async {
    let result = await send(client, isCompressed: isCompressed)
    switch result {
    case .success(let response):
      var details = ["an empty request\(isCompressed ? ", in gzip," : "") was accepted; no \(signal.itemNoun) was sent"]
      if !response.errorMessage.isEmpty {
        details.append("the server's message: \(response.errorMessage.sanitized(limit: 500))")
      }
      passed(.export, details)
    case .failure(let failure):
      var acceptsUncompressed = false
      if isCompressed, failure.origin == .server, case .success = await send(client, isCompressed: false) {
        acceptsUncompressed = true
      }
      failed(.export, .export(failure, acceptsUncompressed: acceptsUncompressed))
    }
  }

  private func send(_ client: some ExportClient, isCompressed: Bool) async -> Result<ExportResponse, AttemptFailure> {
    let message = client.encoder?(BufferSlice([]), signal)?.withoutPrefix.array ?? []
    let body = isCompressed ? Gzip.compress(message) : message
    let bytes = BufferSlice([isCompressed ? 1 : 0, 0, 0, 0, UInt8(body.count)] + body)
    let deadline = Deadline(loop.now + timeout)
    return await client.send(
      OutgoingMessage(bytes: bytes, signal: signal, isCompressed: isCompressed), headers: nil, deadline: deadline)
  }
}

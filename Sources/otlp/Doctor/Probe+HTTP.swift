#if HTTP
  internal import HTTP2Transport
  internal import OTLPExport
  internal import OTLPHTTP
  internal import TelemetryCore

  extension Probe {
    /// Performs the steps over HTTP, on the loop. Libcurl makes the handshakes together with the request, so these steps are not seen
    /// apart.
    mutating func run(over http: OTLPHTTPExporter.Configuration) async {
      let deadline = Deadline(loop.now + timeout)
      guard let addresses = await resolve(deadline), await connect(addresses, deadline) != nil else { return }
      let client: HTTPExportClient
      do throws(OTLPError) {
        client = try HTTPExportClient(http, loop: loop, network: network, .silent)
      } catch {
        return failed(.export, .network(.cancelled), [error.message])
      }
      await export(by: client)
      await client.shutdown(deadline: Deadline(loop.now + .seconds(1)))
    }
  }
#endif

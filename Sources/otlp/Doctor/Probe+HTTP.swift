#if HTTP
  internal import HTTP2Transport
  internal import OTLPExport
  internal import OTLPHTTP
  internal import TelemetryCore

  extension Probe {
    /// Performs the steps over HTTP, on the loop. Libcurl makes the handshakes together with the request, so these steps are not seen
    /// apart, unless the export fails.
    mutating func run(over http: OTLPHTTPExporter.Configuration) async {
      let deadline = Deadline(loop.now + timeout)
      guard let addresses = await resolve(deadline), let address = await connect(addresses, deadline) else { return }
      let client: HTTPExportClient
      do throws(OTLPError) {
        client = try HTTPExportClient(http, loop: loop, network: network, .silent)
      } catch {
        return failed(.export, .network(.cancelled), [error.message])
      }
      await export(by: client)
      await client.shutdown(deadline: Deadline(loop.now + .seconds(1)))
      guard case .export(let failure, _)? = failure else { return }
      // Servers of TLS often answer plaintext with status 400.
      guard failure.origin != .server || failure.status == "HTTP 400" else { return }
      let limit = Deadline(loop.now + timeout)
      if server.isSecure {
        await lookForTLSMistake(address, limit)
      } else {
        await lookForOtherProtocol(address, limit)
      }
    }

    /// Repeats the handshake of TLS, whose error tells more than libcurl's.
    private mutating func lookForTLSMistake(_ address: RoutedAddress, _ deadline: Deadline) async {
      guard let tls = try? configuration.tlsContext(.silent) else { return }
      let result = await performed(address, tls, deadline)
      guard case .tls(let error)? = result.error else { return }
      switch error.code {
      case .noALPN: return
      case .http1, .notTLS:
        explained(.tls, .handshake(.tls(TLSError(.notTLS, error.message)), isSecurityMismatch: true))
      case .closed, .handshake:
        let isMismatch = await isSecurityMismatch(.tls(error), address, isSecure: true, deadline)
        if isMismatch { explained(.tls, .handshake(.tls(error), isSecurityMismatch: true)) }
      default: explained(.tls, .handshake(.tls(error), isSecurityMismatch: false), Self.chain(result.peer))
      }
    }

    /// Finds out if the server speaks TLS, or HTTP/2 as gRPC does.
    private mutating func lookForOtherProtocol(_ address: RoutedAddress, _ deadline: Deadline) async {
      let half = Deadline(loop.now + deadline.remaining(at: loop.now) / 2)
      switch await performed(address, nil, half).error {
      case nil, .goAway: return explained(.http2, .http2Server)
      case .peerSpeaksTLS: return explained(.tls, .handshake(.peerSpeaksTLS, isSecurityMismatch: true))
      default: break
      }
      guard await isSecurityMismatch(.closedByPeer, address, isSecure: false, deadline) else { return }
      explained(.tls, .handshake(.peerSpeaksTLS, isSecurityMismatch: true))
    }
  }
#endif

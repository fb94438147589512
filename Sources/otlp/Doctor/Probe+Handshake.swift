internal import GRPCClient
internal import HTTP2Transport
internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore

extension Probe {
  struct Handshake {
    var error: HTTP2ConnectError?
    var peer: TLSPeer?
  }

  /// Performs the handshakes of TLS and HTTP/2.
  mutating func handshake(_ address: RoutedAddress, _ tls: TLSContext?, _ deadline: Deadline) async -> Bool {
    // A silent server must leave time for the second handshake.
    let limit = Deadline(loop.now + deadline.remaining(at: loop.now) * 2 / 3)
    let result = await performed(address, tls, limit)
    recordTLS(result, isSecure: tls != nil)
    guard let error = result.error else {
      passed(.http2, ["the server has sent its SETTINGS"])
      return true
    }
    let isSecurityMismatch = await isSecurityMismatch(error, address, isSecure: tls != nil, deadline)
    var step = Check.Step.http2
    if case .tls = error { step = .tls }
    failed(
      step, .handshake(error, isSecurityMismatch: isSecurityMismatch), step == .tls ? Self.chain(result.peer) : [])
    return false
  }

  private mutating func recordTLS(_ result: Handshake, isSecure: Bool) {
    if case .tls = result.error { return }
    guard isSecure else { return passed(.tls, ["plaintext, as the endpoint asks"]) }
    guard let peer = result.peer, !peer.certificates.isEmpty else { return }
    passed(
      .tls,
      ["\(peer.version), ALPN h2, the certificate is for \(configuration.certificateName(of: server))"]
        + Self.chain(peer))
  }

  static func chain(_ peer: TLSPeer?) -> [String] {
    (peer?.certificates ?? []).prefix(8).enumerated().map { index, certificate in
      var text = "certificate \(index + 1): \(certificate.subject)"
      if !certificate.names.isEmpty { text += ", for \(certificate.names.prefix(10).joined(separator: ", "))" }
      text += ", valid from \(certificate.notBefore) until \(certificate.notAfter)"
      return text + (certificate.issuer == certificate.subject ? ", self-signed" : ", issued by \(certificate.issuer)")
    }
  }

  func performed(_ address: RoutedAddress, _ tls: TLSContext?, _ deadline: Deadline) async -> Handshake {
    let connection: HTTP2Connection
    do throws(NetworkError) {
      let transport = try await network.connect(to: address.address, by: address.route, on: loop, deadline: deadline)
      let engine: TLSEngine?
      do throws(TLSError) {
        engine = try tls.map { context throws(TLSError) in
          try TLSEngine(client: context, host: configuration.hostName(of: server))
        }
      } catch {
        transport.close()
        return Handshake(error: .tls(error))
      }
      connection = HTTP2Connection(loop: loop, transport: transport, tls: engine)
    } catch {
      if case .connect(_, let error) = error { return Handshake(error: .transport(error)) }
      return Handshake(error: .timedOut)
    }
    var result = Handshake()
    do throws(HTTP2ConnectError) {
      try await connection.start(deadline: deadline)
    } catch {
      result.error = error
    }
    result.peer = await connection.tlsPeer
    await connection.close(deadline: Deadline(loop.now))
    return result
  }

  /// Repeats the handshake with TLS instead of plaintext, or the reverse, after an error that leaves both possible.
  /// - Returns: True if the server performs that handshake.
  func isSecurityMismatch(
    _ error: HTTP2ConnectError, _ address: RoutedAddress, isSecure: Bool, _ deadline: Deadline
  ) async -> Bool {
    switch error {
    case .tls(let error) where error.code != .closed && error.code != .handshake: return false
    case .http1, .peerSpeaksTLS, .goAway, .cancelled: return false
    case .tls, .closedByPeer, .transport, .notHTTP2, .timedOut: break
    }
    guard !isSecure else {
      switch await performed(address, nil, deadline).error {
      case nil, .goAway: return true
      default: return false
      }
    }
    guard let context = try? TLSContext(client: TLSConfiguration()) else { return false }
    switch await performed(address, context, deadline).error {
    case .tls(let error): return ![.closed, .http1, .notTLS].contains(error.code)
    case .timedOut, .transport, .cancelled: return false
    default: return true
    }
  }
}

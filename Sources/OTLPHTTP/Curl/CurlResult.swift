#if HTTP
  internal import COTLPCURL
  internal import HTTP2Transport
  internal import OTLPExport
  internal import TelemetryCore

  /// The end of a transfer.
  struct CurlResult: Sendable {
    let code: CURLcode
    let response: HTTPResponse
    /// libcurl's description of a failure.
    let message: String
    let isTooLarge: Bool
    /// True if a part of the request was sent.
    let wasSent: Bool
    /// The number of connections that were made for it.
    let connections: Int
    /// The status of a proxy's answer to CONNECT; 0 without one.
    let proxyStatus: Int
    let isHTTP2: Bool
    /// The system's error of the last attempt to connect; 0 for none.
    let systemError: Int32

    /// The failure of a transfer that brought no response.
    /// - Parameters:
    ///   - tls: The reason why the server's certificate was refused.
    ///   - otherPlace: What the connection is made to if that isn't the address's host.
    func failure(tls: TLSError?, otherPlace: String? = nil) -> AttemptFailure {
      // The reason is kept for all connections: it isn't that of a request that was sent.
      if let tls, !wasSent { return connectFailure(tls.message, isTLS: true) }
      switch code {
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
        CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
        return connectFailure(message, isTLS: true)
      case CURLE_RECV_ERROR where proxyStatus != 0 && !(200..<300).contains(proxyStatus):
        return connectFailure("the proxy answered CONNECT with HTTP status \(proxyStatus)")
      case CURLE_COULDNT_CONNECT where otherPlace != nil && proxyStatus == 0:
        // libcurl names the address, to which no connection was tried.
        let reason = systemError == 0 ? message : SystemError.text(of: systemError)
        return connectFailure("\(otherPlace ?? ""): \(reason)")
      case CURLE_UNSUPPORTED_PROTOCOL where message.contains("HTTP/0.9"):
        return AttemptFailure(
          .drop, status: "INTERNAL", message: CurlResult.notHTTP1, origin: .protocolViolation, fate: .neverProcessed)
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT,
        CURLE_PROXY:
        return connectFailure(message)
      case CURLE_ABORTED_BY_CALLBACK:
        return transportFailure("the connection ended without a response")
      case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT,
        CURLE_BAD_FUNCTION_ARGUMENT:
        return AttemptFailure(
          code == CURLE_OUT_OF_MEMORY ? .retry : .drop, status: "INTERNAL", message: shown, origin: .protocolViolation,
          fate: .neverProcessed)
      default: return wasSent ? transportFailure(message) : connectFailure(message)
      }
    }

    static let notHTTP1 =
      "the server doesn't answer in HTTP/1: it may speak HTTP/2 without TLS, as gRPC's port does, or TLS (https://)"

    private var shown: String { message.sanitized(limit: 500) }

    /// A failure to connect. If a request was sent before, on a kept connection that ended, libcurl wanted to repeat it on this one.
    private func connectFailure(_ text: String, isTLS: Bool = false) -> AttemptFailure {
      if wasSent { return transportFailure(text) }
      return AttemptFailure(
        .retry, status: "UNAVAILABLE", message: text.sanitized(limit: 500), origin: .connect, fate: .neverProcessed,
        isTLS: isTLS)
    }

    /// The server may have processed the request (3.2.10).
    private func transportFailure(_ text: String) -> AttemptFailure {
      AttemptFailure(
        .retry, status: "UNAVAILABLE", message: text.sanitized(limit: 500), origin: .transport, fate: .unknown)
    }

    /// The failure of a transfer that was ended here.
    /// - Parameter connect: The failure of the last attempt to connect, until one succeeds.
    func ended(_ origin: AttemptFailure.Origin, _ text: String, _ connect: AttemptFailure?) -> AttemptFailure {
      let connect = wasSent ? nil : connect
      return AttemptFailure(
        .retry, status: origin == .cancelled ? "CANCELLED" : "DEADLINE_EXCEEDED", message: connect?.message ?? text,
        origin: origin, fate: wasSent ? .unknown : .neverProcessed, isTLS: connect?.isTLS ?? false,
        isUnconnected: !wasSent && (connect != nil || connections == 0), isCutShort: !wasSent && connect == nil)
    }
  }
#endif

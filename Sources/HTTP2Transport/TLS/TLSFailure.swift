internal import COTLPOpenSSL

/// Translates OpenSSL's errors and alerts into errors that a user can act on.
enum TLSFailure {
  /// The facts about a connection that decide the meaning of a failure.
  struct Situation {
    var isServer = false
    /// The host of the connection; empty for a server.
    var host = ""
    var certificateRequested = false
    var hasCertificate = false
    /// The reason why the server accepts no signature of the client's key; nil without such a reason.
    var unsuitableKey: String?
    var verifyFailure: TLSError?
    var isInHandshake = true
    var minimumVersion = TLSConfiguration.Version.tls12

    var peer: String { isServer ? "the client" : host.isEmpty ? "the server" : host }
  }

  /// The error for the entries of OpenSSL's queue, the oldest first.
  static func error(_ entries: [TLSErrorQueue.Entry], _ situation: Situation) -> TLSError {
    if let failure = situation.verifyFailure { return failure }
    guard let entry = entries.first(where: { $0.library == ERR_LIB_SSL }) ?? entries.first else {
      return closed(situation)
    }
    guard entry.library == ERR_LIB_SSL else { return other(entry.text, situation) }
    if entry.reason == SSL_R_UNEXPECTED_EOF_WHILE_READING { return closed(situation) }
    if entry.reason > SSL_AD_REASON_OFFSET, entry.reason <= SSL_AD_REASON_OFFSET + 255 {
      return alert(entry.reason - SSL_AD_REASON_OFFSET, entry.text, situation)
    }
    switch entry.reason {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return TLSError(.clientCertificateRequired, "the client showed no certificate")
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return TLSError(.noALPN, "the client offers no protocol that is spoken here (ALPN)")
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_SHARED_CIPHER, SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_WRONG_SSL_VERSION:
      return TLSError(
        .handshake,
        "\(situation.peer) has no TLS version or cipher that is allowed (\(situation.minimumVersion.rawValue) or newer): \(entry.text)"
      )
    default:
      return other(entry.text, situation)
    }
  }

  /// The error for a transport that ended without close_notify.
  static func closed(_ situation: Situation) -> TLSError {
    guard situation.isInHandshake else {
      return TLSError(.closed, "\(situation.peer) closed the connection without TLS's close_notify")
    }
    if let failure = situation.verifyFailure { return failure }
    if let problem = situation.unsuitableKey {
      return TLSError(.clientKeyUnsupported, "\(situation.peer) closed the connection in the TLS handshake: \(problem)")
    }
    if situation.certificateRequested, !situation.hasCertificate {
      return TLSError(
        .clientCertificateRequired,
        "\(situation.peer) asked for a client certificate, got none, and closed the connection in the TLS handshake")
    }
    return TLSError(
      .closed, "\(situation.peer) closed the connection in the TLS handshake (does it speak TLS at this port?)")
  }

  /// The error for a fatal alert of the peer.
  private static func alert(_ number: Int32, _ text: String, _ situation: Situation) -> TLSError {
    switch number {
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return TLSError(.noALPN, "\(situation.peer) doesn't speak HTTP/2 at this port (ALPN: no common protocol)")
    case SSL_AD_PROTOCOL_VERSION, SSL_AD_INSUFFICIENT_SECURITY:
      return TLSError(
        .handshake,
        "\(situation.peer) accepts no TLS version or cipher that is allowed (\(situation.minimumVersion.rawValue) or newer): \(text)"
      )
    case SSL_AD_UNRECOGNIZED_NAME:
      return TLSError(.wrongHost, "\(situation.peer) says that this name is not served there (alert unrecognized_name)")
    default:
      return certificateAlert(number, text, situation) ?? other(text, situation)
    }
  }

  private static let certificateAlerts: Set<Int32> = [
    SSL_AD_NO_CERTIFICATE, SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED,
    SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA, SSL_AD_ACCESS_DENIED,
    SSL_AD_HANDSHAKE_FAILURE, SSL_AD_DECRYPT_ERROR,
  ]

  /// - Returns: The error for an alert that concerns the own certificate, by its number or in this situation; nil for
  ///   other alerts.
  private static func certificateAlert(_ number: Int32, _ text: String, _ situation: Situation) -> TLSError? {
    let aboutCertificate = certificateAlerts.contains(number)
    if let problem = situation.unsuitableKey, aboutCertificate || number == SSL_AD_CERTIFICATE_REQUIRED {
      return TLSError(.clientKeyUnsupported, "\(situation.peer) requires a client certificate: \(problem) (\(text))")
    }
    let missing = situation.certificateRequested && !situation.hasCertificate && aboutCertificate
    if number == SSL_AD_CERTIFICATE_REQUIRED || missing {
      return TLSError(
        .clientCertificateRequired,
        "\(situation.peer) requires a client certificate and none is configured (\(text))")
    }
    if situation.isServer, aboutCertificate, number != SSL_AD_HANDSHAKE_FAILURE {
      return TLSError(.badCertificate, "the client doesn't accept the server's certificate (\(text))")
    }
    if situation.certificateRequested, aboutCertificate {
      return TLSError(
        .clientCertificateRefused, "\(situation.peer) doesn't accept the client certificate (\(text))")
    }
    return nil
  }

  private static func other(_ text: String, _ situation: Situation) -> TLSError {
    situation.isInHandshake
      ? TLSError(.handshake, "TLS handshake with \(situation.peer) failed: \(text)")
      : TLSError(.connection, "TLS connection with \(situation.peer) failed: \(text)")
  }

  /// - Returns: The error for the first bytes of a peer that doesn't speak TLS, or nil if they may be TLS.
  static func plaintext(_ first: [UInt8], _ situation: Situation) -> TLSError? {
    // The record types that may come first: handshake, and from a server an alert.
    guard let type = first.first, type != 0x16, situation.isServer || type != 0x15 else { return nil }
    guard !situation.isServer else {
      return TLSError(.notTLS, "the client sent plaintext to a TLS port")
    }
    if first.starts(with: Array("HTTP/".utf8)) {
      return TLSError(
        .http1, "\(situation.peer) answered in plaintext HTTP/1: this is no TLS port (use http:// for plaintext)")
    }
    // The head of an HTTP/2 SETTINGS frame: three bytes of length, type 4.
    if first.count >= 4, first[0] == 0, first[1] == 0, first[3] == 4 {
      return TLSError(
        .notTLS, "\(situation.peer) answered in plaintext HTTP/2: this is no TLS port (use http:// for plaintext)")
    }
    return TLSError(.notTLS, "\(situation.peer) answered in plaintext: this is no TLS port (use http:// for plaintext)")
  }
}

internal import COTLPOpenSSL
internal import TelemetryCore

/// Puts what OpenSSL says of a failure into classes and words.
enum TLSFailure {
  /// What is known of a connection when it fails.
  struct Situation {
    var isServer = false
    /// The host that was connected to.
    var host = ""
    var certificateRequested = false
    var hasCertificate = false
    /// Why our key is of no use to the server; nil if it is, or nobody knows.
    var unsuitableKey: String?
    var verifyFailure: TLSError?
    var isInHandshake = true
    var minimumVersion = TLSConfiguration.Version.tls12

    var peer: String { isServer ? "the client" : host.isEmpty ? "the server" : host }
  }

  /// The error for the reasons that OpenSSL noted, the oldest first.
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

  /// The transport ended without TLS's goodbye.
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

  /// The peer sent a fatal alert.
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

  /// The error for an alert that is, or in the situation must be, about our certificate; nil for others.
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

  /// What the first bytes of a peer that doesn't speak TLS say; nil if they look like TLS.
  static func notTLS(_ first: [UInt8], _ situation: Situation) -> TLSError? {
    // The record types that may come first: handshake, and from a server an alert.
    guard let type = first.first, type != 0x16, situation.isServer || type != 0x15 else { return nil }
    guard !situation.isServer else {
      return TLSError(.notTLS, "the client sent plaintext to a TLS port")
    }
    if first.starts(with: Array("HTTP/".utf8)) {
      return TLSError(
        .notTLS, "\(situation.peer) answered in plaintext HTTP/1: this is no TLS port (use http:// for plaintext)")
    }
    // The head of an HTTP/2 SETTINGS frame: three bytes of length, type 4.
    if first.count >= 4, first[0] == 0, first[1] == 0, first[3] == 4 {
      return TLSError(
        .notTLS, "\(situation.peer) answered in plaintext HTTP/2: this is no TLS port (use http:// for plaintext)")
    }
    return TLSError(.notTLS, "\(situation.peer) answered in plaintext: this is no TLS port (use http:// for plaintext)")
  }
}

extension TLSFailure {
  /// The error for the first thing that the verification of the peer's chain didn't like.
  static func verification(
    _ code: Int32, certificate: TLSCertificate, depth: Int32, host: String, trust: String, isServer: Bool
  ) -> TLSError {
    let owner = isServer ? "the client" : host
    let which =
      depth == 0
      ? "the certificate of \(owner)" : "the authority '\(certificate.subject)' in the certificate chain of \(owner)"
    switch code {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TLSError(.certificateExpired, "\(which) expired on \(certificate.notAfter)")
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TLSError(.certificateNotYetValid, "\(which) is not valid before \(certificate.notBefore)")
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      return TLSError(
        .wrongHost, "the server's certificate \(names(of: certificate)), not for \(owner)")
    default:
      if let words = distrust(code, certificate, which, owner, trust) { return TLSError(.unknownAuthority, words) }
      let reason = unsafe X509_verify_cert_error_string(Int(code)).map { unsafe String(cString: $0) }
      return TLSError(.badCertificate, "\(which) is refused: \(reason ?? "error \(code)")")
    }
  }

  private static func names(of certificate: TLSCertificate) -> String {
    let names = certificate.names
    return names.isEmpty
      ? "holds no names (subjectAltName; its subject '\(certificate.subject)' isn't used)"
      : "is for \(names.prefix(10).joined(separator: ", "))\(names.count > 10 ? ", …" : "")"
  }

  /// Why the authority isn't trusted; nil if that isn't what is wrong.
  private static func distrust(
    _ code: Int32, _ certificate: TLSCertificate, _ which: String, _ owner: String, _ trust: String
  ) -> String? {
    switch code {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      "\(which) is self-signed and not among \(trust)"
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_CERT_UNTRUSTED:
      "the certificate of \(owner) comes from '\(certificate.subject)', which is not among \(trust)"
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      "\(which) was issued by '\(certificate.issuer)', which is not among \(trust)"
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      "\(which) is not signed by the '\(certificate.issuer)' that is among \(trust)"
    default: nil
    }
  }
}

internal import COTLPOpenSSL

/// The verification of the peer's certificate chain: OpenSSL's callback, and the error for the user.
package enum TLSVerification {
  /// Notes the first failure, and verifies the expected URI. A certificate that OpenSSL refuses is never accepted.
  package static let callback: @convention(c) (Int32, OpaquePointer?) -> Int32 = { accepted, verification in
    let raw = unsafe X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx())
    guard let raw = unsafe raw, let storage = unsafe TLSStorage.of(OpaquePointer(raw)) else { return 0 }
    let certificate = unsafe X509_STORE_CTX_get_current_cert(verification).map { unsafe TLSCertificate(sharing: $0) }
    if accepted != 0 {
      guard let uri = unsafe storage.pointee.expectedURI else { return 1 }
      guard unsafe X509_STORE_CTX_get_error_depth(verification) == 0 else { return 1 }
      unsafe storage.pointee.isForExpectedURI = certificate?.isFor(uri: uri) == true
      if unsafe storage.pointee.isForExpectedURI { return 1 }
      unsafe X509_STORE_CTX_set_error(verification, X509_V_ERR_HOSTNAME_MISMATCH)
    }
    guard let certificate, unsafe storage.pointee.verifyFailure == nil else { return 0 }
    let chain = unsafe TLSPeer.certificates(X509_STORE_CTX_get0_untrusted(verification))
    unsafe storage.pointee.refusedChain = chain
    unsafe storage.pointee.verifyFailure = unsafe error(
      X509_STORE_CTX_get_error(verification), certificate: certificate,
      depth: X509_STORE_CTX_get_error_depth(verification), host: storage.pointee.host, trust: storage.pointee.trust,
      isServer: storage.pointee.isServer)
    return 0
  }

  static func error(
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
      return TLSError(.wrongHost, "the server's certificate \(names(of: certificate)), not for \(owner)")
    default:
      if let text = distrust(code, certificate, which, owner, trust) { return TLSError(.unknownAuthority, text) }
      let reason = unsafe X509_verify_cert_error_string(Int(code)).map { unsafe String(cString: $0) }
      return TLSError(.badCertificate, "\(which) is refused: \(reason ?? "error \(code)")")
    }
  }

  /// Makes a verification demand a name or an address.
  static func expect(_ host: String, in parameters: OpaquePointer?) -> Bool {
    // The subject's common name doesn't count, and `*` stands for a whole label only (RFC 9525, 2 and 6.3).
    unsafe X509_VERIFY_PARAM_set_hostflags(
      parameters, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    guard let address = unsafe a2i_IPADDRESS(host) else {
      return unsafe X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1
    }
    unsafe ASN1_OCTET_STRING_free(address)
    return unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1
  }

  private static func names(of certificate: TLSCertificate) -> String {
    let names = certificate.names
    return names.isEmpty
      ? "holds no names (subjectAltName; its subject '\(certificate.subject)' isn't used)"
      : "is for \(names.prefix(10).joined(separator: ", "))\(names.count > 10 ? ", …" : "")"
  }

  /// - Returns: Why the authority isn't trusted, or nil if the code means something else.
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

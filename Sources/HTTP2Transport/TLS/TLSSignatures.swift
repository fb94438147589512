internal import COTLPOpenSSL

/// Describes the signature algorithms of a server that doesn't fit the client's key (RFC 8446, 4.2.3).
enum TLSSignatures {
  /// Bounds the algorithms in a message: a server may list any number.
  private static let maxShown: Int32 = 16

  /// The error's text: the type of the client's key, and the algorithms that the server accepts.
  static func refusal(_ ssl: OpaquePointer) -> String {
    let schemes = unsafe accepted(ssl)
    let taken = schemes.isEmpty ? "" : "; it takes \(schemes.map(name).joined(separator: ", "))"
    let key = unsafe keyName(ssl)
    return "it takes no signature of the configured client key (\(key))\(taken)"
  }

  private static func accepted(_ ssl: OpaquePointer) -> [UInt16] {
    let count = unsafe SSL_get_sigalgs(ssl, 0, nil, nil, nil, nil, nil)
    return (0..<max(0, min(count, maxShown))).map { index in
      var (signature, hash) = (UInt8(0), UInt8(0))
      unsafe SSL_get_sigalgs(ssl, index, nil, nil, nil, &signature, &hash)
      return UInt16(hash) << 8 | UInt16(signature)
    }
  }

  private static func keyName(_ ssl: OpaquePointer) -> String {
    guard let key = unsafe SSL_get_privatekey(ssl), let type = unsafe EVP_PKEY_get0_type_name(key) else { return "?" }
    let name = unsafe String(cString: type)
    var group = [CChar](repeating: 0, count: 64)
    var count = 0
    guard unsafe EVP_PKEY_get_group_name(key, &group, group.count, &count) == 1 else { return name }
    return name + " " + String(decoding: group.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static let names: [UInt16: String] = [
    0x0201: "rsa_pkcs1_sha1", 0x0203: "ecdsa_sha1", 0x0401: "rsa_pkcs1_sha256", 0x0501: "rsa_pkcs1_sha384",
    0x0601: "rsa_pkcs1_sha512", 0x0403: "ecdsa_secp256r1_sha256", 0x0503: "ecdsa_secp384r1_sha384",
    0x0603: "ecdsa_secp521r1_sha512", 0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512", 0x0807: "ed25519", 0x0808: "ed448", 0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384", 0x080B: "rsa_pss_pss_sha512",
  ]

  private static func name(_ scheme: UInt16) -> String { names[scheme] ?? "0x" + String(scheme, radix: 16) }
}

internal import COpenSSL
internal import TelemetryCore

/// An X.509 certificate, in words.
@safe
final class TLSCertificate {
  let pointer: OpaquePointer

  /// Takes over the caller's reference.
  init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

  /// Takes a reference of its own.
  init(sharing pointer: OpaquePointer) {
    unsafe X509_up_ref(pointer)
    unsafe self.pointer = pointer
  }

  deinit { unsafe X509_free(pointer) }

  var subject: String { unsafe TLSCertificate.text(of: X509_get_subject_name(pointer)) }
  var issuer: String { unsafe TLSCertificate.text(of: X509_get_issuer_name(pointer)) }
  var notBefore: String { unsafe TLSCertificate.text(of: X509_get0_notBefore(pointer)) }
  var notAfter: String { unsafe TLSCertificate.text(of: X509_get0_notAfter(pointer)) }

  /// The DNS names and IP addresses that the certificate is for.
  var names: [String] {
    guard let raw = unsafe X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else { return [] }
    let list = OpaquePointer(raw)
    defer { unsafe GENERAL_NAMES_free(list) }
    return unsafe (0..<OPENSSL_sk_num(list)).compactMap { index in
      guard let entry = unsafe OPENSSL_sk_value(list, index) else { return nil }
      var type: Int32 = 0
      guard let value = unsafe GENERAL_NAME_get0_value(entry.assumingMemoryBound(to: GENERAL_NAME.self), &type)
      else { return nil }
      let string = unsafe value.assumingMemoryBound(to: ASN1_STRING.self)
      let bytes = unsafe UnsafeBufferPointer(
        start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
      switch type {
      case GEN_DNS: return unsafe Diagnostics.sanitized(String(decoding: bytes, as: UTF8.self), limit: 253)
      case GEN_IPADD: return unsafe TLSCertificate.address(Array(bytes))
      default: return nil
      }
    }
  }

  private static func address(_ bytes: [UInt8]) -> String? {
    func number(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
    switch bytes.count {
    case 4: return SocketAddress.ipv4(UInt32(number(bytes[...])), port: 0).host
    case 16: return SocketAddress.ipv6(high: number(bytes[..<8]), low: number(bytes[8...]), port: 0, scope: 0).host
    default: return nil
    }
  }

  private static func text(of name: OpaquePointer?) -> String {
    guard let name = unsafe name, let line = unsafe X509_NAME_oneline(name, nil, 0) else { return "?" }
    defer { unsafe CRYPTO_free(line, #fileID, #line) }
    return unsafe Diagnostics.sanitized(String(cString: line), limit: 200)
  }

  private static func text(of time: UnsafePointer<ASN1_TIME>?) -> String {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "?" }
    defer { unsafe BIO_free(bio) }
    var start: UnsafeMutablePointer<CChar>?
    guard unsafe ASN1_TIME_print(bio, time) == 1 else { return "?" }
    let count = unsafe COpenSSL_BIO_get_mem_data(bio, &start)
    guard let start = unsafe start else { return "?" }
    return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

internal import COTLPOpenSSL
internal import TelemetryCore

/// An X.509 certificate and its fields in text.
@safe
package final class TLSCertificate {
  package let pointer: OpaquePointer

  /// Takes over the reference of the caller.
  init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

  /// Adds a reference.
  init(sharing pointer: OpaquePointer) {
    unsafe X509_up_ref(pointer)
    unsafe self.pointer = pointer
  }

  deinit { unsafe X509_free(pointer) }

  var subject: String { unsafe TLSCertificate.text(of: X509_get_subject_name(pointer)) }
  var issuer: String { unsafe TLSCertificate.text(of: X509_get_issuer_name(pointer)) }
  var notBefore: String { unsafe TLSCertificate.text(of: X509_get0_notBefore(pointer)) }
  var notAfter: String { unsafe TLSCertificate.text(of: X509_get0_notAfter(pointer)) }

  /// Bounds the names that are shown: a certificate may hold thousands.
  private static let maxNames = 100

  /// The DNS names, IP addresses and URIs of the certificate, the first hundred.
  var names: [String] {
    var names: [String] = []
    unsafe forEachName { type, bytes in
      switch type {
      case GEN_DNS, GEN_URI:
        names.append(unsafe String(decoding: bytes.prefix(253), as: UTF8.self).sanitized(limit: 253))
      default: if let address = unsafe TLSCertificate.address(Array(bytes)) { names.append(address) }
      }
      return names.count < TLSCertificate.maxNames
    }
    return names
  }

  /// True if the certificate contains this URI, byte for byte.
  func isFor(uri: String) -> Bool {
    var isFound = false
    unsafe forEachName { type, bytes in
      isFound = unsafe type == GEN_URI && bytes.elementsEqual(uri.utf8)
      return !isFound
    }
    return isFound
  }

  /// Calls `body` with each DNS name, IP address and URI until `body` returns false.
  private func forEachName(_ body: (Int32, UnsafeBufferPointer<UInt8>) -> Bool) {
    guard let raw = unsafe X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else { return }
    let list = OpaquePointer(raw)
    defer { unsafe GENERAL_NAMES_free(list) }
    for index in unsafe 0..<max(0, OPENSSL_sk_num(list)) {
      guard let entry = unsafe OPENSSL_sk_value(list, index) else { continue }
      var type: Int32 = 0
      let value = unsafe GENERAL_NAME_get0_value(entry.assumingMemoryBound(to: GENERAL_NAME.self), &type)
      // The other kinds of names, such as directoryName, aren't strings.
      guard [GEN_DNS, GEN_URI, GEN_IPADD].contains(type), let value = unsafe value else { continue }
      let string = unsafe value.assumingMemoryBound(to: ASN1_STRING.self)
      let count = unsafe Int(ASN1_STRING_length(string))
      guard count > 0, let start = unsafe ASN1_STRING_get0_data(string) else { continue }
      guard unsafe body(type, UnsafeBufferPointer(start: start, count: count)) else { return }
    }
  }

  /// The seconds until the certificate expires, negative afterwards; nil if the time can't be read.
  var secondsLeft: Int64? {
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard unsafe ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(pointer)) == 1 else { return nil }
    return Int64(days) * 86_400 + Int64(seconds)
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
    return unsafe String(cString: line).sanitized(limit: 200)
  }

  private static func text(of time: UnsafePointer<ASN1_TIME>?) -> String {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "?" }
    defer { unsafe BIO_free(bio) }
    var start: UnsafeMutablePointer<CChar>?
    guard unsafe ASN1_TIME_print(bio, time) == 1 else { return "?" }
    let count = unsafe COTLPOpenSSL_BIO_get_mem_data(bio, &start)
    guard count > 0, let start = unsafe start else { return "?" }
    let text = unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    return text.sanitized(limit: 100)
  }
}

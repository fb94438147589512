internal import COpenSSL

/// A PEM file, read whole; every error names it.
struct TLSFile {
  // The largest bundle of authorities in use has a quarter of a megabyte.
  private static let limit = 8 << 20

  /// What the file is for, such as `CA file`.
  let role: String
  let path: String
  private let contents: [UInt8]

  init(_ role: String, _ path: String) throws(TLSError) {
    self.role = role
    self.path = path
    contents = try TLSFile.read(role, path)
  }

  func failure(_ what: String) -> TLSError { TLSFile.failure(role, path, what) }

  private static func failure(_ role: String, _ path: String, _ what: String) -> TLSError {
    TLSError(.badFile, "\(role) '\(path)' \(what)")
  }

  private static func read(_ role: String, _ path: String) throws(TLSError) -> [UInt8] {
    ERR_clear_error()
    guard let bio = unsafe BIO_new_file(path, "r") else {
      throw failure(role, path, "can't be read: \(TLSErrorQueue.take().first?.text ?? "unknown error")")
    }
    defer { unsafe BIO_free(bio) }
    var contents: [UInt8] = []
    while contents.count <= limit {
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
        count = unsafe max(0, Int(BIO_read(bio, buffer.baseAddress, Int32(buffer.count))))
      }
      if chunk.isEmpty { break }
      contents += chunk
    }
    if let error = TLSErrorQueue.take().first { throw failure(role, path, "can't be read: \(error.text)") }
    guard contents.count <= limit else { throw failure(role, path, "is larger than 8 MiB") }
    guard !contents.isEmpty else { throw failure(role, path, "is empty") }
    return contents
  }

  /// The certificates in the file, at least one. The caller owns a reference to each.
  func certificates() throws(TLSError) -> [TLSCertificate] {
    var found: [TLSCertificate] = []
    let last = try unsafe withBIO { bio throws(TLSError) in
      ERR_clear_error()
      while let certificate = unsafe PEM_read_bio_X509(bio, nil, TLSFile.refusePassword, nil) {
        found.append(unsafe TLSCertificate(owning: certificate))
      }
      return TLSErrorQueue.take().last
    }
    if let last, !last.isEndOfPEM {
      throw failure("is damaged: certificate \(found.count + 1) can't be read (\(last.text))")
    }
    guard !found.isEmpty else { throw failure(whyNothing(sought: "certificate")) }
    return found
  }

  /// The private key in the file; the caller owns it.
  func privateKey() throws(TLSError) -> OpaquePointer {
    var encrypted = false
    let (key, last) = try unsafe withBIO { bio throws(TLSError) in
      ERR_clear_error()
      let key = unsafe withUnsafeMutablePointer(to: &encrypted) { flag in
        unsafe PEM_read_bio_PrivateKey(bio, nil, TLSFile.refusePassword, flag)
      }
      return unsafe (key, TLSErrorQueue.take().last)
    }
    if let key = unsafe key { return unsafe key }
    if encrypted { throw failure("is encrypted; a key without a passphrase is needed") }
    guard contains("PRIVATE KEY-----") else { throw failure(whyNothing(sought: "private key")) }
    throw failure("is damaged: the private key can't be read (\(last?.text ?? "unknown error"))")
  }

  // OpenSSL would ask on the terminal otherwise.
  private static let refusePassword:
    @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 =
      { _, _, _, flag in
        unsafe flag?.storeBytes(of: true, as: Bool.self)
        return -1
      }

  private func withBIO<Value>(_ body: (OpaquePointer) throws(TLSError) -> Value) throws(TLSError) -> Value {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { throw failure("can't be read: out of memory") }
    defer { unsafe BIO_free(bio) }
    unsafe contents.withUnsafeBytes { _ = unsafe BIO_write(bio, $0.baseAddress, Int32($0.count)) }
    return try unsafe body(bio)
  }

  private func whyNothing(sought: String) -> String {
    if contains("-----BEGIN ") { return "holds no \(sought)" }
    // An ASN.1 sequence of two length bytes.
    if contents.starts(with: [0x30, 0x82]) { return "is DER, not PEM" }
    return "is not PEM"
  }

  private func contains(_ text: StaticString) -> Bool {
    let text = Array("\(text)".utf8)
    guard contents.count >= text.count else { return false }
    return (0...contents.count - text.count).contains { contents[$0...].starts(with: text) }
  }
}

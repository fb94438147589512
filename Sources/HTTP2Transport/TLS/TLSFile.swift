internal import COTLPOpenSSL
internal import OTLPSystem
package import TelemetryCore

/// The contents of a PEM file, pipe or text. Every error names the source, and never shows the contents.
package struct TLSFile {
  // The largest bundle of authorities in use has a quarter of a megabyte, and 150 certificates.
  private static let maxBytes = 8 << 20
  private static let maxCertificates = 2000

  let role: TLSError.Role
  let source: PEMSource
  private let contents: SecretBytes

  /// Reads the source whole. Blocks.
  package init(_ role: TLSError.Role, _ source: PEMSource) throws(TLSError) {
    TLSLibrary.initialize()
    self.role = role
    self.source = source
    do throws(SecretFile.Failure) {
      if let text = source.text {
        contents = text
      } else {
        contents = try SecretFile.read(source.path ?? "", limit: TLSFile.maxBytes)
      }
    } catch {
      throw TLSError(role, source, error.description)
    }
    guard contents.count <= TLSFile.maxBytes else { throw failure("is larger than 8 MiB") }
    guard contents.count > 0 else { throw failure("is empty") }
  }

  func failure(_ reason: String) -> TLSError { TLSError(role, source, reason) }

  /// True if every user of this machine can read the file: the file and all folders above permit it. False for a text.
  var isReadableByAll: Bool {
    guard let path = source.path, let resolved = unsafe realpath(path, nil) else { return false }
    defer { unsafe free(resolved) }
    var status = stat()
    guard unsafe stat(resolved, &status) == 0, status.st_mode & S_IROTH != 0 else { return false }
    var folder = unsafe Substring(String(cString: resolved))
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      let name = folder.isEmpty ? "/" : String(folder)
      guard unsafe stat(name, &status) == 0, status.st_mode & S_IXOTH != 0 else { return false }
    }
    return true
  }

  // MARK: Contents

  /// The certificates in the file, at least one.
  func certificates() throws(TLSError) -> [TLSCertificate] {
    var found: [TLSCertificate] = []
    let last = try unsafe withBIO { bio throws(TLSError) in
      ERR_clear_error()
      while found.count <= TLSFile.maxCertificates,
        let certificate = unsafe PEM_read_bio_X509(bio, nil, TLSPassword.answer, nil)
      {
        found.append(unsafe TLSCertificate(owning: certificate))
      }
      return TLSErrorQueue.take().last
    }
    guard found.count <= TLSFile.maxCertificates else {
      throw failure("holds more than \(TLSFile.maxCertificates) certificates")
    }
    if let last, !last.isEndOfPEM {
      throw failure("is damaged: certificate \(found.count + 1) can't be read (\(last.text))")
    }
    guard !found.isEmpty else { throw failure(absence(of: "certificate")) }
    return found
  }

  /// - Returns: The private key in the file, which the caller must free.
  func privateKey(_ password: KeyPassword?) throws(TLSError) -> OpaquePointer {
    var answer = TLSPassword(password)
    let (key, last) = try unsafe withBIO { bio throws(TLSError) in
      ERR_clear_error()
      let key = unsafe withUnsafeMutablePointer(to: &answer) { answer in
        unsafe PEM_read_bio_PrivateKey(bio, nil, TLSPassword.answer, answer)
      }
      return unsafe (key, TLSErrorQueue.take().last)
    }
    if let key = unsafe key { return unsafe key }
    if let problem = answer.problem { throw failure(problem) }
    guard contains("PRIVATE KEY-----") else { throw failure(absence(of: "private key")) }
    throw failure("is damaged: the private key can't be read (\(last?.text ?? "unknown error"))")
  }

  /// Calls `body` with a BIO over the contents, so that no copy of a key is left in memory.
  private func withBIO<Value>(_ body: (OpaquePointer) throws(TLSError) -> Value) throws(TLSError) -> Value {
    try unsafe contents.withBytes { bytes throws(TLSError) in
      guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
        throw failure("can't be read: out of memory")
      }
      defer { unsafe BIO_free(bio) }
      return try unsafe body(bio)
    }
  }

  /// - Returns: The reason why an object wasn't found.
  private func absence(of object: String) -> String {
    if contains("-----BEGIN ") { return "holds no \(object)" }
    // An ASN.1 sequence with a length of two bytes.
    if unsafe contents.withBytes({ unsafe $0.starts(with: [0x30, 0x82]) }) { return "is DER, not PEM" }
    return "is not PEM"
  }

  private func contains(_ text: StaticString) -> Bool {
    unsafe contents.withBytes { bytes in
      let wanted = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      guard let first = unsafe wanted.first, bytes.count >= wanted.count else { return false }
      return (0...bytes.count - wanted.count).contains { start in
        unsafe bytes[start] == first && bytes[start..<start + wanted.count].elementsEqual(wanted)
      }
    }
  }
}

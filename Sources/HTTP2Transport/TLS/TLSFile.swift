internal import COTLPOpenSSL
internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// PEM from a file, a pipe or a text, read whole; every error says where it is from, and shows none of it.
struct TLSFile {
  // The largest bundle of authorities in use has a quarter of a megabyte, and 150 certificates.
  private static let limit = 8 << 20
  private static let mostCertificates = 2000

  let role: TLSError.Role
  let source: PEMSource
  private let contents: SecretBytes

  init(_ role: TLSError.Role, _ source: PEMSource) throws(TLSError) {
    self.role = role
    self.source = source
    if let text = source.text {
      contents = text
      guard text.count <= TLSFile.limit else { throw TLSFile.failure(role, source, "is larger than 8 MiB") }
    } else {
      contents = try TLSFile.read(role, source)
    }
    guard contents.count > 0 else { throw TLSFile.failure(role, source, "is empty") }
  }

  func failure(_ what: String) -> TLSError { TLSFile.failure(role, source, what) }

  private static func failure(_ role: TLSError.Role, _ source: PEMSource, _ what: String) -> TLSError {
    let kind = source.path == nil ? "text" : "file"
    return TLSError(.badFile, "\(role.rawValue) \(kind) \(shown(source)) \(what)", role: role)
  }

  /// A path in quotes, or a text's length.
  static func shown(_ source: PEMSource) -> String {
    source.path == nil ? "(\(source.text?.count ?? 0) bytes)" : "'\(source.shown)'"
  }

  // MARK: Reading

  private static func read(_ role: TLSError.Role, _ source: PEMSource) throws(TLSError) -> SecretBytes {
    do throws(SecretFile.Failure) {
      return try SecretFile.read(source.path ?? "", limit: limit)
    } catch {
      throw failure(role, source, error.description)
    }
  }

  /// Whether every user of this machine can read the file: it and all folders above permit it. Not for a text.
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

  /// The certificates in the file, at least one. The caller owns a reference to each.
  func certificates() throws(TLSError) -> [TLSCertificate] {
    var found: [TLSCertificate] = []
    let last = try unsafe withBIO { bio throws(TLSError) in
      ERR_clear_error()
      while found.count <= TLSFile.mostCertificates,
        let certificate = unsafe PEM_read_bio_X509(bio, nil, TLSPassword.answer, nil)
      {
        found.append(unsafe TLSCertificate(owning: certificate))
      }
      return TLSErrorQueue.take().last
    }
    guard found.count <= TLSFile.mostCertificates else {
      throw failure("holds more than \(TLSFile.mostCertificates) certificates")
    }
    if let last, !last.isEndOfPEM {
      throw failure("is damaged: certificate \(found.count + 1) can't be read (\(last.text))")
    }
    guard !found.isEmpty else { throw failure(whyNothing(sought: "certificate")) }
    return found
  }

  /// The private key in the file; the caller owns it.
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
    guard contains("PRIVATE KEY-----") else { throw failure(whyNothing(sought: "private key")) }
    throw failure("is damaged: the private key can't be read (\(last?.text ?? "unknown error"))")
  }

  /// The BIO reads from our memory, so that no copy of a key stays behind.
  private func withBIO<Value>(_ body: (OpaquePointer) throws(TLSError) -> Value) throws(TLSError) -> Value {
    try unsafe contents.withBytes { bytes throws(TLSError) in
      guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
        throw failure("can't be read: out of memory")
      }
      defer { unsafe BIO_free(bio) }
      return try unsafe body(bio)
    }
  }

  private func whyNothing(sought: String) -> String {
    if contains("-----BEGIN ") { return "holds no \(sought)" }
    // An ASN.1 sequence of two length bytes.
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

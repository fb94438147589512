import Glibc
import OTLPTesting
import TestSupport

/// The TLS files of a world, which are replaced while they are in use.
final class WorldCertificates: Sendable {
  private let folder: String
  var authority: String { folder + "/ca.pem" }
  private var certificate: String { folder + "/tls.pem" }
  private var key: String { folder + "/tls.key" }
  var server: LoopbackCollector.TLS { .init(certificate: certificate, privateKey: key) }

  init() throws {
    folder = try TestFiles.makeDirectory()
    restore()
  }

  deinit { TestFiles.remove(folder) }

  /// Makes the client trust the server's certificate.
  func restore() {
    trust("ca")
    present("server")
  }

  /// Replaces the authorities that the client trusts.
  func trust(_ name: String) { replace(authority, by: "\(name).pem") }

  /// Replaces the server's certificate from its next start on.
  func present(_ name: String) {
    replace(certificate, by: "\(name).pem")
    replace(key, by: "\(name).key")
  }

  private func replace(_ path: String, by name: String) {
    // A link to an unchanged file, so that the client's detection of changes depends only on the names.
    guard symlink(TestFiles.certificate(name), path + ".new") == 0 else { return }
    rename(path + ".new", path)
  }
}

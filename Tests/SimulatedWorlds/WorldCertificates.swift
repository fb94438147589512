import Glibc
import OTLPTesting
import TestSupport

/// The files of a world over TLS, which are replaced while they are in use.
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

  /// What the client trusts and the server shows is good.
  func restore() {
    trust("ca")
    show("server")
  }

  /// The authorities that the client trusts; a file that is none is a bad set.
  func trust(_ name: String) { replace(authority, by: "\(name).pem") }

  /// What the server shows from its next start on.
  func show(_ name: String) {
    replace(certificate, by: "\(name).pem")
    replace(key, by: "\(name).key")
  }

  private func replace(_ path: String, by name: String) {
    // A link to a file that stays as it is: whether the client sees a change depends on nothing but the names.
    guard symlink(TestFiles.certificate(name), path + ".new") == 0 else { return }
    rename(path + ".new", path)
  }
}

import Glibc
import TestSupport

/// The certificates that `Fixtures/make_certificates.sh` makes.
enum CertificateFixtures {
  /// The folder, made when it is first asked for.
  static let folder: String = {
    let tests = String("\(#filePath)".split(separator: "/Tests/", maxSplits: 1)[0])
    let folder = tests + "/Fixtures/TLS"
    precondition(system("'\(tests)/Fixtures/make_certificates.sh' '\(folder)'") == 0, "no test certificates")
    return folder
  }()

  static func path(_ name: String) -> String { folder + "/" + name }

  /// A file of its own with `contents`.
  static func temporary(_ name: String, _ contents: [UInt8]) -> String {
    let path = "\(TestFiles.temporary)/\(name)"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = write(file, contents, contents.count)
    close(file)
    return path
  }

  static func contents(_ name: String) -> [UInt8] {
    let file = open(path(name), O_RDONLY)
    defer { close(file) }
    return [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
      count = max(0, read(file, buffer.baseAddress, buffer.count))
    }
  }
}

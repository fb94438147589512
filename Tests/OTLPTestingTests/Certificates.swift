import Glibc

/// The certificates that `Fixtures/make_certificates.sh` makes.
enum Certificates {
  private static let folder: String = {
    let root = String("\(#filePath)".split(separator: "/Tests/", maxSplits: 1)[0])
    let folder = root + "/Fixtures/TLS"
    precondition(system("'\(root)/Fixtures/make_certificates.sh' '\(folder)'") == 0, "no test certificates")
    return folder
  }()

  static func file(_ name: String) -> String { "\(folder)/\(name)" }
}

import Glibc
import HTTP2Transport
import OTLPTesting
import Testing

/// Self-signed certificates with unusual extensions and keys, in a folder of their own.
final class OddCertificates: Sendable {
  private let folder: String

  init() throws {
    let template = strdup("/tmp/swift-otlp-odd-XXXXXX")!
    defer { free(template) }
    try #require(mkdtemp(template) != nil)
    folder = String(cString: template)
  }

  deinit { system("rm -rf '\(folder)'") }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Makes `name.pem` and `name.key`.
  /// - Parameter names: The content of subjectAltName in OpenSSL's notation; nil for none.
  func make(
    _ name: String, names: String? = nil, sections: String = "", key: String = "ec -pkeyopt ec_paramgen_curve:P-256"
  ) throws {
    let extensions = names.map { "subjectAltName = \($0)\n" } ?? ""
    let text = "[req]\ndistinguished_name = name\nx509_extensions = all\n[name]\n[all]\n\(extensions)\(sections)\n"
    let file = try #require(fopen(path("configuration"), "w"))
    fputs(text, file)
    fclose(file)
    let command = """
      cd '\(folder)' && openssl req -x509 -newkey \(key) -nodes -keyout \(name).key -out \(name).pem -days 2 \
      -config configuration -subj /CN=localhost 2> log
      """
    try #require(system(command) == 0, "\(name) can't be made")
  }

  /// Makes `name.pem` again with an expiry in `seconds`. Only the command `ca` takes a time of expiry.
  func shorten(_ name: String, to seconds: Int) throws {
    let command = """
      cd '\(folder)' && cat >> configuration <<'END'
      [ca]
      default_ca = all_of_it
      [all_of_it]
      database = index
      rand_serial = yes
      new_certs_dir = .
      default_md = sha256
      policy = any
      unique_subject = no
      [any]
      commonName = supplied
      END
      : > index
      openssl req -new -config configuration -key \(name).key -subj /CN=localhost -out request 2> log &&
      openssl ca -batch -notext -selfsign -config configuration -in request -out \(name).pem -extensions all \
        -keyfile \(name).key -enddate "$(date -u -d '+\(seconds) seconds' +%Y%m%d%H%M%SZ)" 2>> log
      """
    try #require(system(command) == 0, "\(name) can't be shortened")
  }

  func server(_ name: String) -> TLSServerConfiguration {
    .init(certificate: path("\(name).pem"), key: path("\(name).key"))
  }

  /// A client that trusts this certificate.
  func client(_ name: String, serverName: String? = nil) -> TLSConfiguration {
    .init(trust: .file(path("\(name).pem")), serverName: serverName)
  }
}

import Glibc
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct TLSFileTests {
  private func failure(_ configuration: TLSConfiguration) -> TLSError? {
    do throws(TLSError) {
      _ = try TLSContext(client: configuration)
      return nil
    } catch {
      return error
    }
  }

  private func authority(_ path: String) -> TLSError? { failure(.init(trust: .file(path))) }

  private func client(_ certificate: String?, _ key: String?) -> TLSError? {
    failure(
      .init(
        trust: .file(CertificateFixtures.path("ca.pem")),
        clientCertificate: certificate.map { .file(CertificateFixtures.path($0)) },
        clientKey: key.map { .file(CertificateFixtures.path($0)) }))
  }

  @Test(
    "an unreadable CA file is an error that names the file, never a reason to use the system's authorities (trap 15)")
  func missing() {
    let error = authority("/nonexistent/ca.pem")
    #expect(error?.code == .badFile)
    #expect(error?.message == "CA file '/nonexistent/ca.pem' can't be read: No such file or directory")
    #expect(authority("/tmp")?.message == "CA file '/tmp' can't be read: Is a directory")
  }

  @Test("an empty, foreign, DER or damaged CA file is an error that names the fault")
  func badAuthority() {
    let empty = CertificateFixtures.temporary("empty.pem", [])
    #expect(authority(empty)?.message == "CA file '\(empty)' is empty")
    let text = CertificateFixtures.temporary("text.pem", Array("no certificate\n".utf8))
    #expect(authority(text)?.message == "CA file '\(text)' is not PEM")
    let der = CertificateFixtures.path("ca.der")
    #expect(authority(der)?.message == "CA file '\(der)' is DER, not PEM")
    let key = CertificateFixtures.path("server.key")
    #expect(authority(key)?.message == "CA file '\(key)' holds no certificate")
    let whole = CertificateFixtures.contents("ca.pem")
    let cut = CertificateFixtures.temporary("cut.pem", whole + whole.prefix(200))
    #expect(authority(cut)?.message.hasPrefix("CA file '\(cut)' is damaged: certificate 2 can't be read (") == true)
  }

  @Test(
    "a client certificate and key that are unreadable, alone, exchanged, encrypted or of different pairs are errors")
  func badClient() {
    #expect(client("client.pem", "client.key") == nil)
    #expect(client("chain.pem", "chain.key") == nil)
    #expect(client("client.pem", nil)?.message.contains("without a client key file") == true)
    #expect(client(nil, "client.key")?.message.contains("without a client certificate file") == true)
    #expect(client("no.pem", "client.key")?.message.contains("no.pem' can't be read") == true)
    #expect(client("client.pem", "no.key")?.message.contains("no.key' can't be read") == true)
    #expect(client("client.key", "client.key")?.message.contains("holds no certificate") == true)
    #expect(client("client.pem", "client.pem")?.message.contains("holds no private key") == true)
    #expect(client("server.pem", "encrypted.key")?.message.contains("is encrypted") == true)
    let mismatch = client("client.pem", "server.key")
    #expect(mismatch?.code == .badFile)
    #expect(mismatch?.message.contains("server.key' doesn't belong to the certificate in '") == true)
    #expect(client("client.pem", "rsa.key")?.message.contains("doesn't belong") == true)
  }

  @Test("unreadable files of a server are errors")
  func badServer() throws {
    let good = TLSServerConfiguration.test("server", clientAuthorities: "ca.pem")
    _ = try TLSServerContext(good)
    for change in [\TLSServerConfiguration.certificate, \.key] {
      var bad = good
      bad[keyPath: change] = "/nonexistent"
      #expect(throws: TLSError.self) { try TLSServerContext(bad) }
    }
    var bad = good
    bad.clientAuthorities = "/nonexistent"
    #expect(throws: TLSError.self) { try TLSServerContext(bad) }
  }

  @Test("devices are refused at once")
  func noFiles() throws {
    for device in ["/dev/zero", "/dev/null", "/dev/full"] {
      #expect(authority(device)?.code == .badFile)
    }
    #expect(authority("/dev/zero")?.message.contains("only a file or a pipe can be read") == true)
    let large = CertificateFixtures.temporary("large.pem", [])
    defer { unlink(large) }
    #expect(truncate(large, 1 << 30) == 0)
    #expect(authority(large)?.message == "CA file '\(large)' is larger than 8 MiB")
    #expect(authority("/proc/self/environ")?.message == "CA file '/proc/self/environ' is not PEM")
    #expect(authority("/tmp\u{0}/x")?.message.contains("a path holds no NUL") == true)
  }

  @Test("a pipe is read like a file, as in a shell's <(cat ca.pem), and isn't read again")
  func pipe() throws {
    let path = "/tmp/swift-otlp-\(getpid())-ca-pipe"
    try #require(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    let ends = [open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), open(path, O_WRONLY | O_CLOEXEC)]
    defer { close(ends[0]) }
    let bytes = CertificateFixtures.contents("ca.pem")
    #expect(write(ends[1], bytes, bytes.count) == bytes.count)
    let configuration = TLSConfiguration(trust: .file(path))
    let before = configuration.fileIdentities
    close(ends[1])
    let context = try TLSContext(client: configuration)
    #expect(context.files == before && configuration.fileIdentities == before)
  }

  @Test("a text is read like a file, and an unusable text isn't shown")
  func texts() throws {
    func text(_ name: String) -> PEMSource { .pem(CertificateFixtures.contents(name)) }
    let good = TLSConfiguration(
      trust: .authorities(text("ca.pem")), clientCertificate: text("client.pem"), clientKey: text("client.key"))
    #expect(good.paths.isEmpty)
    let server = TLSServerConfiguration.test("server", clientAuthorities: "ca.pem")
    #expect(try TLSPair(client: good, server: server).clientFailure() == nil)
    // Environment variables may hold no line break.
    let line = String(decoding: CertificateFixtures.contents("client.key"), as: UTF8.self).replacing("\n", with: "\\n")
    var oneLine = good
    oneLine.clientKey = .file(line)
    #expect(failure(oneLine) == nil)
    let marker = "hunter2"
    for bad in [
      PEMSource.pem(marker), .pem("-----BEGIN PRIVATE KEY-----\n\(marker)\n-----END PRIVATE KEY-----\n"),
      .pem("-----BEGIN CERTIFICATE-----\n\(marker)\n-----END CERTIFICATE-----\n"), .pem([0xFF, 0, 1]),
      .file("-----BEGIN \(marker)"), .pem(""), .file(String(repeating: marker, count: 10)),
    ] {
      for place in 0..<3 {
        var configuration = good
        switch place {
        case 0: configuration.trust = .authorities(bad)
        case 1: configuration.clientCertificate = bad
        default: configuration.clientKey = bad
        }
        let error = try #require(failure(configuration))
        #expect(error.role == [.authorities, .clientCertificate, .clientKey][place])
        #expect(!error.message.contains(marker), "\(error)")
        var dumped = ""
        dump(bad, to: &dumped)
        #expect(!dumped.contains(marker) && !"\(bad)".contains(marker) && !String(reflecting: bad).contains(marker))
      }
    }
    #expect(
      failure(.init(clientCertificate: text("client.pem"), clientKey: text("server.key")))?.message
        == "client key text (241 bytes) doesn't belong to the certificate text")
  }

  @Test("the system's authorities are trusted beside the configured ones only on request")
  func systemToo() throws {
    let own = PEMSource.file(CertificateFixtures.path("ca.pem"))
    let both = TLSConfiguration(trust: .authorities(own, andSystem: true))
    #expect(try TLSPair(client: both).clientFailure() == nil)
    let words = try #require(try TLSPair(client: both, server: .test("other_server")).clientFailure()).message
    #expect(words.contains("not among the system's trusted authorities and those in '"))
  }

  @Test("an encrypted key needs its password, given as a text or by a provider")
  func passwords() throws {
    struct Sealed: Error {}
    func client(_ password: KeyPassword?) -> TLSError? {
      var configuration = TLSConfiguration(
        trust: .file(CertificateFixtures.path("ca.pem")),
        clientCertificate: .file(CertificateFixtures.path("server.pem")),
        clientKey: .file(CertificateFixtures.path("encrypted.key")))
      configuration.clientKeyPassword = password
      return failure(configuration)
    }
    #expect(client(.text("secret")) == nil)
    #expect(client(.provided { "secret" }) == nil)
    #expect(client(nil)?.message.contains("is encrypted; its password is needed") == true)
    #expect(client(.text("hunter2"))?.message.hasSuffix("is encrypted, and the password doesn't fit") == true)
    #expect(client(.text(""))?.code == .badFile)
    #expect(client(.text(String(repeating: "x", count: 5000)))?.message.contains("is longer than") == true)
    #expect(client(.provided { throw Sealed() })?.message.contains("provider of its password failed: Sealed") == true)
    var dumped = ""
    dump(KeyPassword.text("hunter2"), to: &dumped)
    #expect(!dumped.contains("hunter2"))
  }

  @Test("a key that every user can read causes a warning unless its folder is private")
  func exposedKey() throws {
    let key = CertificateFixtures.temporary("exposed.key", CertificateFixtures.contents("client.key"))
    defer { unlink(key) }
    func warnings() throws -> [String] {
      let configuration = TLSConfiguration(
        trust: .file(CertificateFixtures.path("ca.pem")),
        clientCertificate: .file(CertificateFixtures.path("client.pem")),
        clientKey: .file(key))
      return try TLSContext(client: configuration).warnings
    }
    #expect(try warnings().isEmpty)
    chmod(key, 0o644)
    #expect(try warnings() == ["client key file '\(key)' can be read by every user of this machine"])
    let folder = "/tmp/swift-otlp-\(getpid())-private"
    mkdir(folder, 0o700)
    rename(key, folder + "/key")
    symlink(folder + "/key", key)
    defer { system("rm -rf '\(folder)'") }
    #expect(try warnings().isEmpty)
  }
}

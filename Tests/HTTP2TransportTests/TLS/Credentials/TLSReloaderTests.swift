import Glibc
import OTLPTesting
import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import HTTP2Transport

/// The files of a client in a folder of their own, where they are replaced.
private final class ClientFiles: Sendable {
  let folder: String
  var configuration: TLSConfiguration {
    TLSConfiguration(
      trust: .file(folder + "/ca.pem"), clientCertificate: .file(folder + "/tls.crt"),
      clientKey: .file(folder + "/tls.key"))
  }

  init(_ name: String = "client") throws {
    folder = try TestFiles.makeDirectory()
    replace("ca.pem", with: "ca.pem")
    replace("tls.crt", with: name + ".pem")
    replace("tls.key", with: name + ".key")
  }

  deinit { TestFiles.remove(folder) }

  /// Replaces a file atomically: a new file takes the name of the old one.
  func replace(_ name: String, with fixture: String) {
    overwrite("new", CertificateFixtures.contents(fixture))
    rename(folder + "/new", folder + "/" + name)
  }

  func overwrite(_ name: String, _ contents: [UInt8]) {
    let file = open(folder + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = write(file, contents, contents.count)
    close(file)
  }

  func remove(_ name: String) { unlink(folder + "/" + name) }
}

private final class Log: Sendable {
  private let kept = Mutex<[DiagnosticEvent]>([])
  var events: [DiagnosticEvent] { kept.withLock { $0 } }
  var warnings: [DiagnosticEvent] { events.filter { $0.level == .warning } }
  var diagnostics: Diagnostics { Diagnostics { event in self.kept.withLock { $0.append(event) } } }
}

/// A network that holds blocking work until the test calls `runAll`.
private final class StalledNetwork: Network {
  private let work = Mutex<[@Sendable () -> Void]>([])
  var started: Int { work.withLock { $0.count } }

  func startBlocking(_ work: @escaping @Sendable () -> Void) { self.work.withLock { $0.append(work) } }
  func runAll() {
    for one in work.withLock({ $0 }) { one() }
    work.withLock { $0 = [] }
  }

  func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] { [] }
  func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport { throw .cancelled }
}

@Suite(.ownThreads) struct TLSReloaderTests {
  private func withReloader(
    _ body:
      @escaping @Sendable (ClientFiles, TLSReloader, Log, @escaping @Sendable () async -> TLSContext) async throws
      -> Void
  ) throws {
    let files = try ClientFiles()
    let log = Log()
    let reloader = TLSReloader(try TLSContext(client: files.configuration), diagnostics: log.diagnostics)
    try simulate(seed: 1) { simulation in
      try await body(files, reloader, log) {
        await reloader.context(network: simulation.network, loop: simulation.loop, deadline: .never)
      }
    }
  }

  @Test("unchanged files leave the context in use, and nothing is reported")
  func unchanged() throws {
    try withReloader { _, _, log, context in
      let first = await context()
      #expect(await context() === first)
      #expect(log.events.isEmpty)
    }
  }

  @Test("a changed pair is used for the next connection, which sends the new certificate")
  func changed() throws {
    try withReloader { files, _, log, context in
      let first = await context()
      files.replace("tls.crt", with: "other_client.pem")
      files.replace("tls.key", with: "other_client.key")
      let second = await context()
      #expect(second !== first)
      #expect(log.events.map(\.level) == [.info])
      let server = try TLSServerContext(.test("server", clientAuthorities: "other_ca.pem"))
      #expect(try TLSPair(client: second, server: server).clientFailure() == nil)
      #expect(try TLSPair(client: first, server: server).clientFailure()?.code == .clientCertificateRefused)
    }
  }

  @Test("a changed CA file changes the trusted authorities")
  func authority() throws {
    try withReloader { files, _, _, context in
      let other = try TLSServerContext(.test("other_server"))
      #expect(try TLSPair(client: await context(), server: other).clientFailure()?.code == .unknownAuthority)
      files.replace("ca.pem", with: "other_ca.pem")
      #expect(try TLSPair(client: await context(), server: other).clientFailure() == nil)
    }
  }

  @Test("a certificate without its new key is reported once and the old pair stays in use until the key arrives")
  func halfReplaced() throws {
    try withReloader { files, _, log, context in
      let first = await context()
      files.replace("tls.crt", with: "other_client.pem")
      for _ in 0..<3 { #expect(await context() === first) }
      #expect(log.warnings.count == 1)
      #expect(log.warnings.first?.fields.first?.value.contains("doesn't belong to the certificate in '") == true)
      files.replace("tls.key", with: "other_client.key")
      #expect(await context() !== first)
      #expect(log.warnings.count == 1)
      #expect(log.events.last?.level == .info)
    }
  }

  @Test("a missing, cut or empty file leaves the old one in use, and each state is reported once")
  func damaged() throws {
    try withReloader { files, _, log, context in
      let first = await context()
      files.remove("ca.pem")
      for _ in 0..<2 { #expect(await context() === first) }
      #expect(log.warnings.count == 1)
      #expect(
        log.warnings.last?.fields.first?.value.hasSuffix("/ca.pem' can't be read: No such file or directory") == true)
      files.overwrite("ca.pem", [])
      for _ in 0..<2 { #expect(await context() === first) }
      #expect(log.warnings.count == 2)
      #expect(log.warnings.last?.fields.first?.value.hasSuffix("/ca.pem' is empty") == true)
      files.overwrite("ca.pem", Array(CertificateFixtures.contents("ca.pem").prefix(100)))
      for _ in 0..<2 { #expect(await context() === first) }
      #expect(log.warnings.count == 3)
      files.replace("ca.pem", with: "ca.pem")
      #expect(await context() !== first)
      #expect(log.warnings.count == 3)
    }
  }

  @Test("a link to another file is a change, as in Kubernetes' volumes")
  func link() throws {
    try withReloader { files, _, log, context in
      let first = await context()
      files.remove("tls.crt")
      files.remove("tls.key")
      symlink(CertificateFixtures.path("other_client.pem"), files.folder + "/tls.crt")
      symlink(CertificateFixtures.path("other_client.key"), files.folder + "/tls.key")
      #expect(await context() !== first)
      #expect(log.warnings.isEmpty)
    }
  }

  @Test("after a change of the CA file no earlier session is resumed")
  func sessionsGoWithTheirTrust() throws {
    try withReloader { files, _, _, context in
      var configuration = TLSServerConfiguration.test("server")
      configuration.issuesTickets = true
      let server = try TLSServerContext(configuration)
      for round in 0..<2 {
        let pair = try TLSPair(client: await context(), server: server)
        #expect(pair.clientFailure() == nil)
        #expect(pair.client.isResumed == (round > 0))
      }
      files.replace("ca.pem", with: "other_ca.pem")
      #expect(try TLSPair(client: await context(), server: server).clientFailure()?.code == .unknownAuthority)
      files.replace("ca.pem", with: "ca.pem")
      let pair = try TLSPair(client: await context(), server: server)
      #expect(pair.clientFailure() == nil)
      #expect(!pair.client.isResumed)
    }
  }

  @Test("the files are examined once in an interval, and never without an interval")
  func interval() throws {
    for interval in [Duration?.some(.seconds(60)), nil] {
      let files = try ClientFiles()
      var configuration = files.configuration
      configuration.reloadInterval = interval
      let reloader = TLSReloader(try TLSContext(client: configuration), diagnostics: .silent)
      try simulate(seed: 1) { simulation in
        func context() async -> TLSContext {
          await reloader.context(network: simulation.network, loop: simulation.loop, deadline: .never)
        }
        let first = await context()
        files.replace("ca.pem", with: "other_ca.pem")
        await simulation.sleep(.seconds(59))
        #expect(await context() === first)
        await simulation.sleep(.seconds(1))
        #expect(await context() !== first || interval == nil)
        #expect(await context() === first || interval != nil)
      }
    }
  }

  @Test("a key that becomes readable by all causes a warning")
  func exposed() throws {
    try withReloader { files, _, log, context in
      let first = await context()
      // The permissions of the file behind the link count.
      let open = CertificateFixtures.temporary("reload.key", CertificateFixtures.contents("client.key"))
      defer { unlink(open) }
      chmod(open, 0o644)
      files.remove("tls.key")
      symlink(open, files.folder + "/tls.key")
      #expect(await context() !== first)
      #expect(log.warnings.map(\.message) == ["a private key isn't kept private"])
    }
  }

  @Test("without files nothing blocks and no file is examined")
  func systemOnly() throws {
    let reloader = TLSReloader(try TLSContext(client: .init()), diagnostics: .silent)
    let network = StalledNetwork()
    try simulate(seed: 1) { simulation in
      _ = await reloader.context(network: network, loop: simulation.loop, deadline: .never)
    }
    #expect(network.started == 0)
  }

  @Test("a file system that hangs delays a connection by at most a second and occupies one thread")
  func hangs() throws {
    let files = try ClientFiles()
    let reloader = TLSReloader(try TLSContext(client: files.configuration), diagnostics: .silent)
    let network = StalledNetwork()
    try simulate(seed: 1) { simulation in
      let start = simulation.now
      let first = await reloader.context(network: network, loop: simulation.loop, deadline: .never)
      #expect(simulation.now - start == .seconds(1))
      files.replace("tls.crt", with: "other_client.pem")
      files.replace("tls.key", with: "other_client.key")
      let soon = Deadline(simulation.now + .milliseconds(10))
      #expect(await reloader.context(network: network, loop: simulation.loop, deadline: soon) === first)
      #expect(simulation.now == soon.instant)
      #expect(network.started == 1)
      network.runAll()
      _ = await reloader.context(network: simulation.network, loop: simulation.loop, deadline: .never)
      #expect(await reloader.context(network: simulation.network, loop: simulation.loop, deadline: .never) !== first)
    }
  }
}

import Glibc
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

private func contents(_ path: String) -> [UInt8] {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  defer { close(file) }
  return [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
    count = max(0, read(file, buffer.baseAddress, buffer.count))
  }
}

/// A client's files, which are replaced while they are in use.
private struct Rotation {
  let folder: String
  var authority: String { folder + "/ca.pem" }
  var certificate: String { folder + "/tls.crt" }
  var key: String { folder + "/tls.key" }

  init() throws {
    folder = try TestFiles.makeDirectory()
  }

  /// The pair `client` of the fixtures, and their authorities.
  func use(_ client: String, trusting authorities: [String] = ["ca.pem", "other_ca.pem"]) {
    replace(authority, authorities.flatMap { contents(certificates + $0) })
    replace(certificate, contents(certificates + "\(client).pem"))
    replace(key, contents(certificates + "\(client).key"))
  }

  private func replace(_ path: String, _ contents: [UInt8]) {
    let file = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    _ = write(file, contents, contents.count)
    close(file)
    rename(path + ".new", path)
  }

  func remove() { TestFiles.remove(folder) }
}

/// Certificates that are replaced under load, over real sockets.
@Suite(.ownThreads) struct CertificateRotationTests {
  private static let loaded = "changed TLS files are in use for new connections"

  private static func server(_ name: String, clientCA: String) -> LoopbackCollector.TLS {
    var tls = LoopbackCollector.TLS(
      certificate: certificates + "\(name).pem", privateKey: certificates + "\(name).key", clientCA: clientCA)
    tls.issuesTickets = true
    return tls
  }

  private static func settings(_ endpoint: String, _ rotation: Rotation) -> OTLPGRPCExporter.Configuration {
    var settings = OTLPGRPCExporter.Configuration.patient(endpoint)
    settings.certificate = .file(rotation.authority)
    settings.clientCertificate = .file(rotation.certificate)
    settings.clientKey = .file(rotation.key)
    return settings
  }

  /// Makes three times five exports, of which none may fail. Between these the server
  /// ends its connections in order, so that the next connection uses the files of that moment.
  private static func export(_ exporter: OTLPGRPCExporter, _ collector: LoopbackCollector) async -> Int {
    let batch = StandardWorkload().spans(0..<10)
    return await withTaskGroup(of: Int.self) { group in
      for task in 0..<3 {
        group.addTask {
          var delivered = 0
          for index in 0..<5 {
            let outcome = await exporter.export(SpanBatch(batch), deadline: .after(Loopback.patience))
            #expect(outcome.exported == batch.count, "\(String(describing: outcome.error))")
            delivered += outcome.exported
            if task == 0, index == 1 { await collector.goAway() }
          }
          return delivered
        }
      }
      return await group.reduce(0, +)
    }
  }

  @Test func noExportFailsWhileCertificatesAreReplaced() async throws {
    let (client, accepted) = (try Rotation(), try Rotation())
    defer {
      client.remove()
      accepted.remove()
    }
    client.use("client", trusting: ["ca.pem"])
    accepted.use("client")  // Only the authorities count: the server trusts both.
    let place = Loopback.HeldPort()
    let collector = try await LoopbackCollector(
      .init(port: place.number, tls: Self.server("server", clientCA: accepted.authority)))
    let log = EventLog()
    let exporter = try OTLPGRPCExporter(Self.settings(collector.endpoint, client), diagnostics: log.diagnostics)
    var reloads: Int { log.events.count { $0.message == Self.loaded } }

    var delivered = 0
    let deadline = Deadline.after(Loopback.patience)
    for round in 0..<6 {
      client.use(round.isMultiple(of: 2) ? "other_client" : "client")
      repeat { delivered += await Self.export(exporter, collector) } while reloads <= round && !deadline.hasPassed
    }
    #expect(reloads >= 6)
    #expect(collector.spanCount == delivered)

    // The next server trusts only the other authority: the connection succeeds by the last files only.
    client.use("other_client")
    await collector.stop()
    let tls = Self.server("other_server", clientCA: certificates + "other_ca.pem")
    let successor = try await LoopbackCollector(.init(port: collector.port, tls: tls))
    #expect(await Self.export(exporter, successor) == successor.spanCount)
    await exporter.shutdown(deadline: .after(Loopback.patience))
    await successor.stop()
    withExtendedLifetime(place) {}
  }
}

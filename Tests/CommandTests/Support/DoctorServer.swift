import OTLPTesting
import TestSupport
import Testing

/// The server of a test of `otlp doctor`.
final class DoctorServer: Sendable {
  enum Kind: Sendable {
    case collector
    /// TLS with a certificate of the fixtures.
    case tls(String)
    /// TLS that requires a client certificate of the first test authority.
    case mutual
    case requiring(header: String, String)
    case withoutGzip
    case answering(LoopbackCollector.Response)
    /// A plaintext answer that isn't HTTP/2.
    case canned(String)
    /// TLS without h2 in ALPN.
    case tlsHTTP1
    case silent
    case filtered
    case absent
  }

  private let port: UInt16
  private let collector: LoopbackCollector?
  // Kept alive as long as this object.
  private let other: (any Sendable)?

  init(_ kind: Kind) async throws {
    var collector: LoopbackCollector?
    var other: (any Sendable)?
    switch kind {
    case .silent, .filtered, .absent, .canned, .tlsHTTP1: (port, other) = try await Self.otherServer(kind)
    default:
      let made = try await LoopbackCollector(Self.configuration(kind))
      if case .answering(let response) = kind { made.onRequest { _ in response } }
      port = made.port
      collector = made
    }
    self.collector = collector
    self.other = other
  }

  private static func configuration(_ kind: Kind) -> LoopbackCollector.Configuration {
    func files(_ name: String) -> LoopbackCollector.TLS {
      .init(
        certificate: TestFiles.certificate(name + ".pem"), privateKey: TestFiles.certificate(name + ".key"))
    }
    var configuration = LoopbackCollector.Configuration()
    switch kind {
    case .tls(let name): configuration.tls = files(name)
    case .mutual:
      configuration.tls = files("server")
      configuration.tls?.clientCA = TestFiles.certificate("ca.pem")
    case .requiring(let header, let value): configuration.requiredHeaders = [header: value]
    case .withoutGzip: configuration.acceptsGzip = false
    default: break
    }
    return configuration
  }

  private static func otherServer(_ kind: Kind) async throws -> (UInt16, (any Sendable)?) {
    switch kind {
    case .silent:
      let listener = Loopback.Listener(backlog: 16)
      return (listener.port, listener)
    case .filtered:
      let deaf = Loopback.Deaf()
      return (deaf.port, deaf)
    case .canned(let answer):
      let canned = try Loopback.Canned(answer)
      return (canned.port, canned)
    case .tlsHTTP1:
      let place = Loopback.HeldPort()
      let process = try ChildProcess([
        "/usr/bin/openssl", "s_server", "-quiet", "-accept", "127.0.0.1:\(place.number)", "-alpn", "http/1.1",
        "-cert", TestFiles.certificate("server.pem"), "-key", TestFiles.certificate("server.key"),
      ])
      _ = await Loopback.wait { Loopback.accepts(place.number) }
      return (place.number, [place, process] as [any Sendable])
    default:
      let place = Loopback.HeldPort()
      return (place.number, place)
    }
  }

  func filled(_ text: String) -> String { text.replacing("{port}", with: "\(port)") }

  func stop() async { await collector?.stop() }
}

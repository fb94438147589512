import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct TLSSessionValidityTests {
  private final class Clock: Sendable {
    private let offset = Mutex<Int64>(0)
    func advance(_ seconds: Int64) { offset.withLock { $0 += seconds } }
    var clock: TLSSessionClock {
      TLSSessionClock {
        let offset = self.offset.withLock { $0 }
        let now = TLSSessionClock.system.moment()
        return TLSSessionMoment(monotonic: now.monotonic + .seconds(offset), wall: now.wall + offset)
      }
    }
  }

  /// Connects and tells whether the session was resumed.
  private func connect(_ client: TLSContext, _ server: TLSServerContext) throws -> Bool {
    let pair = try TLSPair(client: client, server: server)
    #expect(pair.clientFailure() == nil)
    return pair.client.isResumed
  }

  private func server(_ configuration: TLSServerConfiguration, _ onlyTLS12: Bool) throws -> TLSServerContext {
    var configuration = configuration
    (configuration.onlyTLS12, configuration.issuesTickets) = (onlyTLS12, true)
    return try TLSServerContext(configuration)
  }

  @Test(
    "an hour after a full handshake another one follows, however often the session was resumed",
    arguments: [false, true])
  func chain(onlyTLS12: Bool) throws {
    let clock = Clock()
    let client = try TLSContext(client: .test(), clock: clock.clock)
    let server = try server(.test("server"), onlyTLS12)
    #expect(try !connect(client, server))
    for _ in 0..<5 {
      clock.advance(600)
      #expect(try connect(client, server))
    }
    clock.advance(600)
    #expect(try !connect(client, server))
    #expect(try connect(client, server))
  }

  @Test("an expired certificate is verified again", arguments: [false, true])
  func expiry(onlyTLS12: Bool) throws {
    let made = try OddCertificates()
    try made.make("short", names: "DNS:localhost")
    try made.shorten("short", to: 1800)
    let clock = Clock()
    let client = try TLSContext(client: made.client("short"), clock: clock.clock)
    let server = try server(made.server("short"), onlyTLS12)
    #expect(try !connect(client, server))
    clock.advance(1600)
    #expect(try connect(client, server))
    clock.advance(200)
    #expect(try !connect(client, server))
  }
}

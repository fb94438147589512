import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct ConnectorTests {
  @Test("the target determines the authority and the certificate's name (5.6.6, 5.6.7, 2.2.8)")
  func hosts() throws {
    func host(_ target: GRPCTarget, _ authority: String? = nil) throws -> [String] {
      let configuration = GRPCChannelConfiguration(target: target, authority: authority)
      let connector = try Connector(
        configuration: configuration, network: DeadNetwork(), loop: TelemetryLoop(poller: ManualPoller()))
      return connector.hosts.flatMap { [$0.authority, $0.certificateName] }
    }
    #expect(try host(.host("collector", port: 4317)) == ["collector:4317", "collector"])
    #expect(try host(.host("::1", port: 4317)) == ["[::1]:4317", "::1"])
    #expect(try host(.host("fe80::1%eth0", port: 1)) == ["[fe80::1]:1", "fe80::1"])
    #expect(try host(.unix(path: "/x")) == ["localhost", "localhost"])
    #expect(try host(.unixAbstract(name: "x")) == ["localhost", "localhost"])
    #expect(try host(.host("10.0.0.1", port: 1), "name.example:443") == ["name.example:443", "name.example"])
    #expect(try host(.host("10.0.0.1", port: 1), "[::2]:443") == ["[::2]:443", "::2"])
    #expect(throws: ConfigurationError.self) { try host(.hosts([])) }
  }
}

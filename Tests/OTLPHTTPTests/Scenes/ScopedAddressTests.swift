#if HTTP
  import HTTP2Transport
  import OTLPExport
  import OTLPHTTP
  import OTLPTesting
  import TelemetryCore
  import TestThreads
  import Testing

  /// Names with link-local addresses, as mDNS has them.
  @Suite(.ownThreads) struct ScopedAddressTests {
    /// The scope of the loopback interface is of no consequence for its address.
    private static let scoped = SocketAddress.ipv6(high: 0, low: 1, port: 0, scope: 1)

    @Test("a name with scoped IPv6 addresses is connected to", arguments: [false, true])
    func scoped(hasOther: Bool) async throws {
      var configuration = LoopbackCollector.Configuration()
      configuration.address = .tcp(host: hasOther ? "127.0.0.1" : "::1", port: 0)
      let collector = try await LoopbackCollector(configuration)
      let lease = try TelemetryRuntime(.development).acquire()
      var addresses = [Self.scoped]
      if hasOther { addresses.append(.ipv4(0x7F00_0001, port: 0)) }
      let client = try HTTPExportClient(
        .init(endpoint: "http://printer.local:\(collector.port)"), loop: lease.loop,
        network: FixedNames(addresses: addresses), .silent)
      let message = OutgoingMessage(bytes: BufferSlice([0, 0, 0, 0, 0]), signal: .traces, isCompressed: false)
      let result = await client.send(message, headers: nil, deadline: .after(.seconds(20)))
      if case .failure(let failure) = result { Issue.record("\(failure)") }
      await client.shutdown(deadline: .after(.seconds(2)))
      await collector.stop()
      lease.end()
    }
  }

  /// A network in which each name has the same addresses.
  private struct FixedNames: Network {
    let addresses: [SocketAddress]

    func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
      addresses.map { $0.withPort(port) }
    }

    func connect(
      to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
    ) async throws(NetworkError) -> sending any Transport {
      throw .cancelled
    }
  }
#endif

import Glibc
import OTLPTesting
import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads)
struct SocketTests {
  static let temporary = "\(TestFiles.temporary)/peer"

  @Test(
    "a request is answered over a real socket of each family",
    arguments: [
      SocketAddress.ipv4(0x7F00_0001, port: 0), .ipv6(high: 0, low: 1, port: 0, scope: 0),
      .unix(path: SocketTests.temporary + ".sock"), .unixAbstract(name: SocketTests.temporary),
    ])
  func loopback(address: SocketAddress) async throws {
    try await onLoop { loop in
      // Held by the handler, which lives on the loop as the socket does.
      nonisolated(unsafe) let listening: ListeningSocket
      do {
        listening = try ListeningSocket(address, on: loop)
      } catch NetworkError.connect(_, let error) where error.code == EADDRNOTAVAIL || error.code == EAFNOSUPPORT {
        return  // a machine without IPv6
      }
      let listener = PeerListener(loop: loop) {
        guard let transport = listening.accept() else { return nil }
        return FramePeer(loop: loop, transport: transport)
      }
      try listening.activate(listener)
      let deadline = Deadline.after(Loopback.patience)
      let network = SystemNetwork()
      let transport = try await network.connect(to: listening.address, on: loop, deadline: deadline)
      let connection = HTTP2Connection(loop: loop, transport: transport)
      let peer = try #require(await listener.first.value(until: deadline, on: loop))
      try await peer.start()
      try await connection.start(deadline: deadline)
      let call = Task(executorPreference: loop) { await connection.request(Pair.message(60_000), deadline: deadline) }
      #expect(await peer.request(1) == Pair.message(60_000).body.array)
      await peer.answer(1)
      #expect(await call.value.failure == nil)
      await connection.close(deadline: deadline)
      await peer.end()
      await peer.close()
      listening.close()
      await #expect(throws: NetworkError.self) {
        _ = try await network.connect(to: listening.address, on: loop, deadline: deadline)
      }
    }
  }
}

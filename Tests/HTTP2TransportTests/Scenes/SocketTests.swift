import Glibc
import OTLPTesting
import Synchronization
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import HTTP2Transport

/// Runs `body` on the loop of a runtime of its own.
func onLoop(_ body: @escaping @Sendable (TelemetryLoop) async throws -> Void) async throws {
  let runtime = try TelemetryRuntime(.development)
  let lease = try runtime.acquire()
  defer { lease.end() }
  try await Task(executorPreference: lease.loop) { try await body(lease.loop) }.value
}

/// Tells of readiness.
final class ReadyPromise: LoopHandler {
  let promise = Promise<Void>()
  func ready(_ readiness: Readiness) { promise.fulfil(()) }
}

/// Serves HTTP/2 on a listening socket: every connection gets a `FramePeer`.
final class PeerListener: LoopHandler {
  let loop: TelemetryLoop
  let first = Promise<FramePeer>()
  private let accept: @Sendable () -> FramePeer?

  init(loop: TelemetryLoop, accept: @escaping @Sendable () -> FramePeer?) {
    self.loop = loop
    self.accept = accept
  }

  func ready(_ readiness: Readiness) {
    while let peer = accept() { first.fulfil(peer) }
  }
}

@Suite("Network: sockets and names", .ownThreads)
struct SocketTests {
  static let temporary = "\(TestFiles.temporary)/peer"

  @Test(
    "requests over real sockets",
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

  @Test("a name and a refused connection, a name that doesn't exist")
  func names() async throws {
    try await onLoop { loop in
      let network = SystemNetwork()
      let deadline = Deadline.after(Loopback.patience)
      let addresses = try await network.resolve(host: "localhost", port: 7, deadline: deadline)
      #expect(
        addresses.contains(.ipv4(0x7F00_0001, port: 7)) || addresses.contains(.ipv6(high: 0, low: 1, port: 7, scope: 0))
      )
      #expect(try await network.resolve(host: "[::1]", port: 7, deadline: deadline).map(\.description) == ["[::1]:7"])
      await #expect(throws: NetworkError.self) {
        _ = try await network.resolve(host: "no such name", port: 7, deadline: deadline)
      }
    }
  }

  @Test("one look-up for all who wait; a late answer serves the next call, once")
  func resolver() async throws {
    try await onLoop { loop in
      let count = Mutex(0)
      let gates = (0..<2).map { _ in BlockingSemaphore() }
      let runtime = try TelemetryRuntime(.development)
      let resolver = NameResolver(runtime: runtime) { _ in
        let number = count.withLock { count in
          count += 1
          return count - 1
        }
        _ = gates[min(number, 1)].wait(until: .never)
        return .success([.ipv4(UInt32(number), port: 0)])
      }
      await #expect(throws: NetworkError.timedOut(address: nil)) {
        _ = try await resolver.resolve("a", deadline: .after(.milliseconds(1)), on: loop)
      }
      let deadline = Deadline.after(Loopback.patience)
      let both = (0..<2).map { _ in
        Task(executorPreference: loop) { try await resolver.resolve("a", deadline: deadline, on: loop) }
      }
      await loop.sleep(until: .after(.milliseconds(1)))  // both have joined
      gates[0].signal()
      for task in both { #expect(try await task.value == [.ipv4(0, port: 0)]) }
      #expect(count.withLock { $0 } == 1)
      gates[1].signal()
      #expect(try await resolver.resolve("a", deadline: deadline, on: loop) == [.ipv4(1, port: 0)])
      runtime.shutdown()
    }
  }

  @Test("a port that nobody listens on; a path that is too long")
  func refused() async throws {
    try await onLoop { loop in
      let network = SystemNetwork()
      let long = SocketAddress.unix(path: String(repeating: "x", count: 200))
      await #expect(
        throws: NetworkError.connect(address: long, error: SystemError(call: "connect", code: ENAMETOOLONG))
      ) {
        _ = try await network.connect(to: long, on: loop, deadline: .after(Loopback.patience))
      }
      let nobody = Loopback.HeldPort()
      let refused = SocketAddress.ipv4(0x7F00_0001, port: nobody.number)
      await #expect(throws: NetworkError.self) {
        _ = try await network.connect(to: refused, on: loop, deadline: .after(Loopback.patience))
      }
      withExtendedLifetime(nobody) {}
    }
  }
}

import Glibc
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct SystemNetworkTests {
  @Test("names and numeric addresses are resolved, and an unknown name is an error")
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

  @Test("a port without listener and a path that is too long are errors")
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

#if os(Linux)
  import Glibc
  import TelemetryCore
  import TestThreads
  import Testing

  @testable import HTTP2Transport

  @Suite(.ownThreads) struct SocketTransportTests {
    @Test("TCP_USER_TIMEOUT is set in milliseconds, and setting it on a Unix socket has no effect (RULES 5.7.9)")
    func option() async throws {
      try await onLoop { loop in
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        let transport = SocketTransport(descriptor: descriptor, peer: "nobody", loop: loop)
        transport.setUserTimeout(.milliseconds(20_500))
        var value: Int32 = 0
        var size = socklen_t(4)
        #expect(getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &value, &size) == 0)
        #expect(value == 20_500)
        for extreme in [Duration.seconds(Int64.max), .seconds(Int64.min), .zero, .nanoseconds(1)] {
          transport.setUserTimeout(extreme)
          #expect(getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &value, &size) == 0)
          #expect(value > 0, "0 would be the system's default, which is a quarter of an hour")
        }
        transport.close()
        let local = SocketTransport(
          descriptor: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0), peer: "nobody", loop: loop)
        local.setUserTimeout(.seconds(20))
        local.close()
      }
    }
  }
#endif

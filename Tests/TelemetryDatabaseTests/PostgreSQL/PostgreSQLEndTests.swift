#if PostgreSQL
  import Glibc
  import TelemetryCore
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// The end of the exporter, and that of its loop, while a server doesn't answer.
  @Suite(.ownThreads) struct PostgreSQLEndTests {
    @Test("after the loop's end a connection that was watched before isn't waited for")
    func endedLoop() async throws {
      let runtime = try TelemetryRuntime(.development)
      let lease = try runtime.acquire()
      var ends: [Int32] = [0, 0]
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      let pair = ends
      let socket = PostgreSQLSocket(pair[0], on: lease.loop)
      try await Task(executorPreference: lease.loop) {
        let first = try #require(socket.wait(for: .readable))
        runtime.shutdown()
        #expect(await first.value == false)
        #expect(socket.wait(for: .readable) == nil)
      }.value
      for end in pair { close(end) }
    }
  }
#endif

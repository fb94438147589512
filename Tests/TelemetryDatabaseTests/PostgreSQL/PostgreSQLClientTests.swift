#if PostgreSQL
  import OTLPExport
  import OTLPTesting
  import OTLPWire
  import TelemetryCore
  import TelemetrySDK
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// The client when others hold all connections.
  @Suite(.ownThreads) struct PostgreSQLClientTests {
    @Test("a batch that waited for a connection in vain was never sent")
    func noConnection() async throws {
      let silent = Loopback.Listener(backlog: 16)
      let lease = try TelemetryRuntime(.development).acquire()
      var configuration = PostgreSQLConfiguration(
        connection: "postgresql://owner@127.0.0.1:\(silent.port)/x?sslmode=disable")
      configuration.maxConnections = 1
      configuration.connectTimeout = .seconds(600)
      let client = PostgreSQLClient(configuration, loop: lease.loop, runtime: lease.runtime)
      let message = OutgoingMessage(
        bytes: try RowSet.encode(BufferSlice([]), .traces), signal: .traces, isCompressed: false)
      let holder = Task(executorPreference: lease.loop) {
        await client.send(message, headers: nil, deadline: .after(.seconds(600)))
      }
      let late = Task(executorPreference: lease.loop) {
        await client.send(message, headers: nil, deadline: .after(.milliseconds(10)))
      }
      guard case .failure(let failure) = await late.value else { return #expect(Bool(false), "it was stored") }
      #expect(failure.origin == .deadline && failure.fate == .neverProcessed && failure.isUnconnected)
      holder.cancel()
      _ = await holder.value
      lease.end()
    }
  }
#endif

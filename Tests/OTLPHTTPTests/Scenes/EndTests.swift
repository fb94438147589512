#if HTTP
  import HTTP2Transport
  import OTLPExport
  import OTLPHTTP
  import OTLPTesting
  import OTLPWire
  import TelemetryCore
  import TelemetrySDK
  import TestSupport
  import TestThreads
  import Testing

  /// The client's end.
  @Suite(.ownThreads) struct EndTests {
    @Test("a request that was sent keeps its fate if it is cancelled and the client ends before its task runs again")
    func cancelledThenEnded() async throws {
      let collector = try await LoopbackCollector(.init(port: 0))
      collector.onRequest { _ in .success.delayed(by: .seconds(600)) }
      let lease = try TelemetryRuntime(.development).acquire()
      let configuration = OTLPHTTPExporter.Configuration(endpoint: collector.endpoint)
      let client = try HTTPExportClient(
        configuration, loop: lease.loop, network: SystemNetwork(runtime: lease.runtime), .silent)
      let request = ExportRequestEncoder(pooledBuffers: 1).encode(SpanBatch(StandardWorkload().spans(0..<5)))
      let message = OutgoingMessage(bytes: request.message, signal: .traces, isCompressed: false)
      let send = Task(executorPreference: lease.loop) {
        await client.send(message, headers: nil, deadline: .after(.seconds(600)))
      }
      #expect(await Loopback.wait { collector.requestCount == 1 })
      await Task(executorPreference: lease.loop) {
        send.cancel()
        await client.shutdown(deadline: .after(.zero))
      }.value
      guard case .failure(let failure) = await send.value else { return #expect(Bool(false), "no failure") }
      #expect(failure.origin == .cancelled && failure.fate == .unknown, "\(failure)")
      await collector.stop()
      lease.end()
    }
  }
#endif

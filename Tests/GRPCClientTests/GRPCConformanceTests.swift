import GRPCClient
import HTTP2Transport
import OTLPTesting
import TelemetryCore
import Testing

private let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

/// A message with its prefix: one field that OTLP doesn't know, of so many bytes with its tag.
private func message(_ count: Int) -> BufferSlice {
  guard count > 0 else { return BufferSlice([0, 0, 0, 0, 0]) }
  var field: [UInt8] = [122]  // field 15, bytes
  var left = count - 4
  for index in 0..<3 {
    field.append(UInt8(left & 0x7F) | (index < 2 ? 0x80 : 0))
    left >>= 7
  }
  return BufferSlice(framed(field + [UInt8](repeating: 7, count: count - 4)))
}

private func framed(_ bytes: [UInt8]) -> [UInt8] {
  [0] + [24, 16, 8, 0].map { UInt8(bytes.count >> $0 & 0xFF) } + bytes
}

private struct Scene: Sendable {
  let simulation: Simulation
  let collector: LoopbackCollector
  let channel: GRPCChannel

  func call(
    _ body: BufferSlice = message(0), _ path: String = path, extra: [GRPCMetadata] = [],
    within limit: Duration = .seconds(10)
  ) async -> GRPCResult {
    await channel.unary(path: path, message: body, metadata: extra, deadline: Deadline(simulation.now + limit))
  }
}

private func scene(
  _ configuration: LoopbackCollector.Configuration = .init(), _ body: @escaping @Sendable (Scene) async throws -> Void
) throws {
  try simulate(seed: 1, limit: .seconds(3600)) { simulation in
    simulation.network.setHost("collector", .addresses([0x0A00_0001]))
    let collector = try await LoopbackCollector(configuration, on: .ipv4(0x0A00_0001, port: 4317), of: simulation)
    let channel = try GRPCChannel(
      configuration: .init(target: .host("collector", port: 4317), backoff: .init(seed: 1)),
      network: simulation.network, loop: simulation.loop, diagnostics: .silent)
    try await body(Scene(simulation: simulation, collector: collector, channel: channel))
    await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
    await collector.stop()
  }
}

private let headers = LoopbackCollector.Response.Step.headers([
  .init(":status", "200"), .init("content-type", "application/grpc"),
])
private let ok = LoopbackCollector.Response.Step.trailers([.init("grpc-status", "0")])

/// gRPC's HTTP/2 negative tests, by their names there (5.11).
@Suite struct GRPCNegativeTests {
  @Test("5.11 NEG goaway: the second call goes over a new connection, and nobody notices")
  func goaway() throws {
    try scene { scene in
      scene.collector.script(.goAway(lastStream: .current))
      #expect(await scene.call().code == .ok)
      await scene.simulation.sleep(.seconds(1))
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.requests.map(\.connection) == [1, 2])
    }
  }

  @Test("5.11 NEG rst_after_header: the call fails, the next one doesn't")
  func rstAfterHeader() throws {
    try scene { scene in
      scene.collector.script(.resetAfterHeaders(.noError))
      let result = await scene.call()
      #expect(result.code != .ok)
      #expect(result.fate != .neverProcessed)
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("5.11 NEG rst_during_data: half a message, then the reset: the call fails")
  func rstDuringData() throws {
    try scene { scene in
      let half = LoopbackCollector.Response.Step.data([0, 0, 0, 0, 100] + [UInt8](repeating: 1, count: 50))
      scene.collector.script(.steps([headers, half, .reset(.noError)]))
      let result = await scene.call()
      #expect(result.code != .ok)
      #expect(result.body.isEmpty)
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("5.11 NEG rst_after_data: a whole message without status: the call fails")
  func rstAfterData() throws {
    try scene { scene in
      scene.collector.script(.resetAfterData(.noError))
      #expect(await scene.call().code != .ok)
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("5.11 NEG ping: pings before, between and after the parts of an answer disturb nothing")
  func ping() throws {
    try scene { scene in
      scene.collector.script(
        .steps([.ping, .accept, .ping, headers, .ping, .data([0, 0, 0, 0, 0]), .ping, ok, .ping]))
      #expect(await scene.call().code == .ok)
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("5.11 NEG max_streams: with a limit of one, ten calls at once succeed on one connection")
  func maxStreams() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxConcurrentStreams = 1
    try scene(configuration) { scene in
      #expect(await scene.call().code == .ok)
      let calls = (0..<10).map { _ in scene.simulation.task { await scene.call().code } }
      for call in calls { #expect(await call.value == .ok) }
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("5.6.12: with a limit of none, calls wait to their deadline and were never processed")
  func noStreams() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxConcurrentStreams = 0
    try scene(configuration) { scene in
      let start = scene.simulation.now
      let result = await scene.call(within: .seconds(3))
      #expect(scene.simulation.now - start == .seconds(3))
      #expect(result.code == .deadlineExceeded)
      #expect(result.fate == .neverProcessed)
      await scene.collector.sendSettings([3: 5])
      #expect(await scene.call().code == .ok)
    }
  }
}

/// gRPC's interoperability tests that a unary client can be held against, by their names there (5.11).
@Suite struct GRPCInteropTests {
  @Test("5.11 IOP empty_unary: a message of no bytes, and its answer")
  func emptyUnary() throws {
    try scene { scene in
      let result = await scene.call()
      #expect(result.code == .ok)
      #expect(result.body.isEmpty)
      #expect(scene.collector.requests.first?.wireBytes == 5)
    }
  }

  @Test("5.11 IOP large_unary: 271,828 bytes there, 314,159 back, in windows of any size", arguments: [1_000, 65_535])
  func largeUnary(window: Int) throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.initialWindowSize = window
    try scene(configuration) { scene in
      scene.collector.script(.raw(body: framed([UInt8](repeating: 9, count: 314_159))))
      let result = await scene.call(message(271_828), within: .seconds(60))
      #expect(result.code == .ok)
      #expect(result.body == [UInt8](repeating: 9, count: 314_159))
      #expect(scene.collector.requests.first?.wireBytes == 271_833)
    }
  }

  @Test("5.6.11: a window of one byte carries a request to its end")
  func windowOfOneByte() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.initialWindowSize = 1
    try scene(configuration) { scene in
      #expect(await scene.call(message(300), within: .seconds(60)).code == .ok)
      #expect(scene.collector.requests.first?.wireBytes == 305)
    }
  }

  @Test("5.6.11: windows that shrink below zero under a request delay it, and no more")
  func shrinkingWindow() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.initialWindowSize = 20_000
    try scene(configuration) { scene in
      #expect(await scene.call().code == .ok)
      let call = scene.simulation.task { await scene.call(message(200_000), within: .seconds(600)).code }
      for window in [10, 30_000, 0, 1, 20_000] as [UInt32] {
        await scene.simulation.sleep(.milliseconds(3))
        await scene.collector.sendSettings([4: window])
      }
      #expect(await call.value == .ok)
      #expect(scene.collector.requests.last?.wireBytes == 200_005)
    }
  }

  @Test("5.11 IOP custom_metadata: text and binary arrive as they are")
  func customMetadata() throws {
    try scene { scene in
      let metadata = [
        GRPCMetadata(name: "x-grpc-test-echo-initial", value: "test_initial_metadata_value"),
        GRPCMetadata(name: "x-grpc-test-echo-trailing-bin", value: "q6ur"),  // 0xababab
      ]
      #expect(await scene.call(extra: metadata).code == .ok)
      let request = try #require(scene.collector.requests.first)
      for field in metadata { #expect(request.header(field.name) == field.value) }
    }
  }

  @Test("5.11 IOP status_code_and_message")
  func statusCodeAndMessage() throws {
    try scene { scene in
      scene.collector.script(.status(.unknown, message: "test status message"))
      let result = await scene.call()
      #expect(result.code == .unknown)
      #expect(result.message == "test status message")
    }
  }

  @Test("5.11 IOP special_status_message: Unicode comes through, control characters don't")
  func specialStatusMessage() throws {
    try scene { scene in
      let text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
      scene.collector.script(.status(.unknown, message: text))
      let result = await scene.call()
      #expect(result.code == .unknown)
      #expect(result.message.contains("test with whitespace"))
      #expect(result.message.contains("and Unicode BMP ☺ and non-BMP 😈"))
      #expect(result.message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }

  @Test("5.11 IOP unimplemented_method, unimplemented_service", arguments: ["/a.B/C", path + "s"])
  func unimplemented(path: String) throws {
    try scene { scene in
      let result = await scene.call(message(0), path)
      #expect(result.code == .unimplemented)
      #expect(result.cause == .server)
    }
  }

  @Test("5.11 IOP timeout_on_sleeping_server: 1 ms")
  func timeoutOnSleepingServer() throws {
    try scene { scene in
      #expect(await scene.call().code == .ok)
      scene.collector.script(.silence)
      let start = scene.simulation.now
      let result = await scene.call(within: .milliseconds(1))
      #expect(result.code == .deadlineExceeded)
      #expect(scene.simulation.now - start == .milliseconds(1))
    }
  }

  @Test("5.11 IOP cancel_after_begin")
  func cancelAfterBegin() throws {
    try scene { scene in
      #expect(await scene.call().code == .ok)
      scene.collector.script(.silence)
      let call = scene.simulation.task { await scene.call() }
      await scene.simulation.sleep(.microseconds(10))
      call.cancel()
      #expect(await call.value.code == .cancelled)
    }
  }
}

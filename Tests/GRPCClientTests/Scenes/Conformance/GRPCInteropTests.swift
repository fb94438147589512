import GRPCClient
import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

/// gRPC's interoperability tests for unary clients, by their names in gRPC (5.11).
@Suite(.ownThreads) struct GRPCInteropTests {
  @Test("empty_unary: an empty message gets an answer (5.11 IOP)")
  func emptyUnary() throws {
    try Conformance.run { scene in
      let result = await scene.call()
      #expect(result.code == .ok)
      #expect(result.body.isEmpty)
      #expect(scene.collector.requests.first?.wireBytes == 5)
    }
  }

  @Test(
    "large_unary: 271,828 bytes there and 314,159 back, with windows of any size (5.11 IOP)",
    arguments: [1_000, 65_535])
  func largeUnary(window: Int) throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.initialWindowSize = window
    try Conformance.run(configuration) { scene in
      scene.collector.script(.raw(body: Conformance.framed([UInt8](repeating: 9, count: 314_159))))
      let result = await scene.call(Conformance.message(271_828), within: .seconds(60))
      #expect(result.code == .ok)
      #expect(result.body == [UInt8](repeating: 9, count: 314_159))
      #expect(scene.collector.requests.first?.wireBytes == 271_833)
    }
  }

  @Test("a window of one byte carries a whole request (5.6.11)")
  func windowOfOneByte() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.initialWindowSize = 1
    try Conformance.run(configuration) { scene in
      #expect(await scene.call(Conformance.message(300), within: .seconds(60)).code == .ok)
      #expect(scene.collector.requests.first?.wireBytes == 305)
    }
  }

  @Test("windows that shrink below zero only delay a request (5.6.11)")
  func shrinkingWindow() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.initialWindowSize = 20_000
    try Conformance.run(configuration) { scene in
      #expect(await scene.call().code == .ok)
      let call = scene.simulation.task { await scene.call(Conformance.message(200_000), within: .seconds(600)).code }
      for window in [10, 30_000, 0, 1, 20_000] as [UInt32] {
        await scene.simulation.sleep(.milliseconds(3))
        await scene.collector.sendSettings([4: window])
      }
      #expect(await call.value == .ok)
      #expect(scene.collector.requests.last?.wireBytes == 200_005)
    }
  }

  @Test("custom_metadata: text and binary metadata arrive unchanged (5.11 IOP)")
  func customMetadata() throws {
    try Conformance.run { scene in
      let metadata = [
        HTTP2Field(name: "x-grpc-test-echo-initial", value: "test_initial_metadata_value"),
        HTTP2Field(name: "x-grpc-test-echo-trailing-bin", value: "q6ur"),  // 0xababab
      ]
      #expect(await scene.call(extra: metadata).code == .ok)
      let request = try #require(scene.collector.requests.first)
      for field in metadata { #expect(request.header(field.name) == field.value) }
    }
  }

  @Test("status_code_and_message: the result has both (5.11 IOP)")
  func statusCodeAndMessage() throws {
    try Conformance.run { scene in
      scene.collector.script(.status(.unknown, message: "test status message"))
      let result = await scene.call()
      #expect(result.code == .unknown)
      #expect(result.message == "test status message")
    }
  }

  @Test("special_status_message: the result has Unicode and no control characters (5.11 IOP)")
  func specialStatusMessage() throws {
    try Conformance.run { scene in
      let text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
      scene.collector.script(.status(.unknown, message: text))
      let result = await scene.call()
      #expect(result.code == .unknown)
      #expect(result.message.contains("test with whitespace"))
      #expect(result.message.contains("and Unicode BMP ☺ and non-BMP 😈"))
      #expect(result.message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }

  @Test(
    "unimplemented_method, unimplemented_service: the server's UNIMPLEMENTED is the result (5.11 IOP)",
    arguments: ["/a.B/C", exportPath + "s"])
  func unimplemented(path: String) throws {
    try Conformance.run { scene in
      let result = await scene.call(Conformance.message(0), path)
      #expect(result.code == .unimplemented)
      #expect(result.cause == .server)
    }
  }

  @Test("timeout_on_sleeping_server: a call of 1 ms ends after 1 ms (5.11 IOP)")
  func timeoutOnSleepingServer() throws {
    try Conformance.run { scene in
      #expect(await scene.call().code == .ok)
      scene.collector.script(.silence)
      let start = scene.simulation.now
      let result = await scene.call(within: .milliseconds(1))
      #expect(result.code == .deadlineExceeded)
      #expect(scene.simulation.now - start == .milliseconds(1))
    }
  }

  @Test("cancel_after_begin: a cancelled call is CANCELLED (5.11 IOP)")
  func cancelAfterBegin() throws {
    try Conformance.run { scene in
      #expect(await scene.call().code == .ok)
      scene.collector.script(.silence)
      let call = scene.simulation.task { await scene.call() }
      await scene.simulation.sleep(.microseconds(10))
      call.cancel()
      #expect(await call.value.code == .cancelled)
    }
  }
}

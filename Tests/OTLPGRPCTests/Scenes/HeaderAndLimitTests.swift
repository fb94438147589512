import OTLPGRPC
import OTLPTesting
import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Changing headers, bad spans and automatic compression over the real channel, on a virtual clock.
@Suite(.ownThreads) struct HeaderAndLimitTests {
  @Test func aRefusedTokenIsReplacedOnce() throws {
    let count = Mutex(0)
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let scene = try await ExporterScene(simulation) {
        $0.headers = ["authorization": "none", "x-tenant": "7"]
        $0.headerProvider = {
          let number = count.withLock { count in
            count += 1
            return count
          }
          return ProvidedHeaders(["Authorization": "Bearer \(number)", "trace-bin": "AAE="], validFor: .seconds(60))
        }
      }
      scene.collector.onRequest { $0.header("authorization") == "Bearer 1" ? .status(.unauthenticated) : .success }
      let tasks = (0..<4).map { _ in simulation.task { await scene.export() } }
      for task in tasks { #expect(await task.value.exported == 20) }
      #expect(count.withLock { $0 } == 2)
      #expect(scene.collector.spanCount == 80)
      let last = try #require(scene.collector.requests.last)
      #expect(last.headers.filter { $0.name == "authorization" }.map(\.value) == ["Bearer 2"])
      #expect(last.header("x-tenant") == "7")
      #expect(last.header("trace-bin") == "AAE")  // 5.1.8: unpadded
      await simulation.sleep(.seconds(61))
      #expect(await scene.export().exported == 20)
      #expect(scene.collector.requests.last?.header("authorization") == "Bearer 3")
      await scene.end()
    }
  }

  @Test func noDescriptionShowsThem() {
    var configuration = OTLPGRPCExporter.Configuration()
    #expect(configuration.description.contains("headerProvider: none"))
    configuration.headerProvider = { ProvidedHeaders(["authorization": "s3cr3t"]) }
    #expect(configuration.description.contains("headerProvider: set"))
    #expect(!"\(ProvidedHeaders(["authorization": "s3cr3t"]))".contains("s3cr3t"))
  }

  @Test("the error of a request that was never sent doesn't blame the server")
  func headersThatCannotBeSent() throws {
    try scene(configure: { $0.headers = ["x-token": String(repeating: "s", count: 70_000)] }) { scene in
      let outcome = await scene.export(5)
      #expect(outcome.dropped == [.refused: 5])
      let words = "\(try #require(outcome.error))"
      #expect(words.hasPrefix("the export can't be sent: INTERNAL: request headers of "))
      #expect(words.hasSuffix("the largest is 'x-token'"))
    }
    try scene { scene in
      scene.collector.script(.status(.permissionDenied, message: "no"))
      let words = "\(try #require(await scene.export(5).error))"
      #expect(words == "the server refused the export: PERMISSION_DENIED: no")
    }
  }

  @Test func aBadSpanIsDroppedAlone() throws {
    try scene { scene in
      let bad = StandardWorkload().spans(0..<512)[77].spanID
      scene.collector.onRequest { request in
        request.spans.contains { $0.spanID == bad } ? .status(.invalidArgument, message: "bad span") : .success
      }
      let outcome = await scene.export(512)
      #expect(outcome.exported == 511)
      #expect(outcome.dropped == [.refused: 1])
      #expect(scene.collector.spanCount == 511)
      #expect(scene.collector.requestCount == 19)
    }
  }

  @Test func automaticCompression() throws {
    try scene { scene in
      #expect(await scene.export(1).exported == 1)
      #expect(await scene.export(512).exported == 512)
      #expect(scene.collector.requests.map(\.isCompressed) == [false, true])
      #expect(scene.collector.spanCount == 513)
    }
  }
}

import Glibc
import SimulatedWorlds
import TelemetryCore
import TelemetrySDK
import Testing

/// An outage costs nothing that the queue can hold (DESIGN 1.9): kinds of outages by their lengths, with the default
/// settings and 20 spans a second.
@Suite struct OutageTests {
  private static let lengths: [Duration] = [.seconds(3), .seconds(30), .seconds(60), .seconds(300)]
  private static let scenes = OutageScene.Kind.allCases.flatMap { kind in lengths.map { OutageScene(kind, $0) } }

  /// From the outage's end to the first delivery.
  private static func limit(_ scene: OutageScene, _ result: OutageScene.Result) -> Duration {
    // What was sent into silence comes back with the attempt's end; whether it was silence isn't known before.
    if scene.outage < .seconds(10), scene.kind == .silent || scene.kind == .headersHang { return .seconds(11) }
    guard scene.kind.pause > .zero, let lastWord = result.lastWord else { return .seconds(5) }
    return max(lastWord + scene.kind.pause + .seconds(1), .seconds(5))
  }

  @Test("a queue that holds the outage loses nothing, and the server gets all soon after it")
  func nothingIsLost() async throws {
    let scenes = Self.scenes.map { scene in
      var scene = scene
      scene.batch.maxQueueSize = 1 << 14
      return scene
    }
    for (scene, result) in zip(scenes, try await Self.run(scenes)) {
      let words: Comment = "\(scene): \(result)"
      if getenv("OUTAGE_TABLE") != nil { print(scene, result.ledger, result.firstDelivery, result.delivery, result.mostQueued, result.requestsInOutage, "last word", result.lastWord ?? .zero) }
      #expect(result.ledger.droppedTotal == 0, words)
      #expect(result.ledger.exported == result.ledger.ended && result.ledger.ended > 0, words)
      let limit = Self.limit(scene, result)
      #expect(result.firstDelivery <= limit, words)
      // The last of them may have to wait for a batch to fill.
      #expect(result.delivery <= limit + scene.batch.scheduleDelay + .milliseconds(200), words)
      // The server isn't flooded: a few requests that were under way, then one each few seconds.
      let seconds = Int(scene.outage / .seconds(1))
      #expect(result.requestsInOutage <= 12 + seconds, words)
    }
  }

  @Test("what the default queue can't hold is lost, and only that")
  func onlyTheOverflowIsLost() async throws {
    for (scene, result) in zip(Self.scenes, try await Self.run(Self.scenes)) {
      let words: Comment = "\(scene): \(result)"
      #expect(result.ledger.dropped.keys.allSatisfy { $0 == .queueFull }, words)
      #expect(result.ledger.exported + result.ledger.droppedTotal == result.ledger.ended, words)
      if let queued = result.queuedAtDrop { #expect(queued == scene.batch.maxQueueSize, words) }
      let away = scene.outage + scene.kind.pause
      if away <= .seconds(90) { #expect(result.ledger.droppedTotal == 0, words) }
    }
  }

  /// On a thread of its own: simulations keep their thread busy.
  private static func run(_ scenes: [OutageScene]) async throws -> [OutageScene.Result] {
    let results = Promise<Result<[OutageScene.Result], any Error>>()
    try ThreadSystem.start(name: "outages", stackSize: 8 << 20) {
      results.fulfil(Result { try scenes.map { try $0.run() } })
    }
    return try await results.value.get()
  }
}

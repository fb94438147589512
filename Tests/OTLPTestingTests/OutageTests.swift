import SimulatedWorlds
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// An outage costs nothing that the queue can hold (ARCHITECTURE P9): kinds of outages by their lengths, with the default
/// settings and 20 spans a second.
@Suite(.ownThreads) struct OutageTests {
  private static let lengths: [Duration] = [.seconds(3), .seconds(30), .seconds(60), .seconds(300)]
  private static let scenes = OutageScene.Kind.allCases.flatMap { kind in lengths.map { OutageScene(kind, $0) } }

  @Test("a queue that holds the outage loses nothing, and the server gets all soon after it")
  func nothingIsLost() async throws {
    let scenes = Self.scenes.map { scene in
      var scene = scene
      scene.batch.maxQueueSize = 1 << 14
      return scene
    }
    for (scene, result) in zip(scenes, try await Self.run(scenes)) {
      let words: Comment = "\(scene): \(result)"
      #expect(result.ledger.droppedTotal == 0, words)
      #expect(result.ledger.exported == result.ledger.ended && result.ledger.ended > 0, words)
      let limit = scene.limit(result)
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

  @Test(
    "a shutdown within a second reaches a server that is just back, whatever the pauses",
    arguments: [OutageScene.Kind.refused, .unavailable, .reset])
  func shutdownAtRecovery(kind: OutageScene.Kind) async throws {
    let scenes = (0..<20 as Range<UInt64>).map { seed in
      var scene = OutageScene(kind, .seconds(40) + .milliseconds(777) * Int(seed))
      (scene.seed, scene.endsAtRecovery) = (seed, true)
      return scene
    }
    for (scene, result) in zip(scenes, try await Self.run(scenes)) {
      #expect(result.ledger.exported == result.ledger.ended, "\(scene): \(result)")
    }
  }

  @Test("outages of any length under any load and settings lose nothing that the queue can hold")
  func anyOutage() async throws {
    let seeds = Seeds.number(of: 40)
    let scenes = (1...seeds).map { OutageScene.random(seed: UInt64($0)) }
    for (scene, result) in zip(scenes, try await Self.run(scenes)) {
      let faults = scene.faults(result)
      #expect(faults.isEmpty, "seed \(scene.seed): \(faults.joined(separator: "\n"))")
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

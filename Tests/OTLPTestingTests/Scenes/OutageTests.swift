import SimulatedWorlds
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Outages of each kind and of several lengths, with the default settings and 20 spans per second. An outage costs no
/// span that the queue can hold (ARCHITECTURE P9).
@Suite(.ownThreads) struct OutageTests {
  private static let lengths: [Duration] = [.seconds(3), .seconds(30), .seconds(60), .seconds(300)]
  private static let scenes = OutageScene.Kind.allCases.flatMap { kind in lengths.map { OutageScene(kind, $0) } }

  @Test("a queue with room for the outage loses nothing, and delivers soon after the outage")
  func nothingIsLost() async throws {
    let scenes = Self.scenes.map { scene in
      var scene = scene
      scene.batch.maxQueueSize = 1 << 14
      return scene
    }
    for (scene, result) in zip(scenes, try await Self.run(scenes)) {
      let comment: Comment = "\(scene): \(result)"
      #expect(result.ledger.droppedTotal == 0, comment)
      #expect(result.ledger.exported == result.ledger.ended && result.ledger.ended > 0, comment)
      let limit = scene.limit(result)
      #expect(result.firstDelivery <= limit, comment)
      // The last spans may wait for a batch to fill.
      #expect(result.delivery <= limit + scene.batch.scheduleDelay + .milliseconds(200), comment)
      // A few requests were in flight at the start, and then there is one probe every few seconds.
      let seconds = Int(scene.outage / .seconds(1))
      #expect(result.requestsInOutage <= 12 + seconds, comment)
    }
  }

  @Test("only spans beyond the capacity of the default queue are lost")
  func onlyTheOverflowIsLost() async throws {
    for (scene, result) in zip(Self.scenes, try await Self.run(Self.scenes)) {
      let comment: Comment = "\(scene): \(result)"
      #expect(result.ledger.dropped.keys.allSatisfy { $0 == .queueFull }, comment)
      #expect(result.ledger.exported + result.ledger.droppedTotal == result.ledger.ended, comment)
      if let queued = result.queuedAtDrop { #expect(queued == scene.batch.maxQueueSize, comment) }
      let away = scene.outage + scene.kind.pause
      if away <= .seconds(90) { #expect(result.ledger.droppedTotal == 0, comment) }
    }
  }

  @Test(
    "a shutdown within a second reaches a server that has just recovered, after any pause",
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

  @Test("random outages, loads and settings lose no span that the queue can hold")
  func anyOutage() async throws {
    let seeds = Seeds.number(of: 40)
    let scenes = (1...seeds).map { OutageScene.random(seed: UInt64($0)) }
    for (scene, result) in zip(scenes, try await Self.run(scenes)) {
      let faults = scene.faults(result)
      #expect(faults.isEmpty, "seed \(scene.seed): \(faults.joined(separator: "\n"))")
    }
  }

  /// Runs the scenes on a thread of their own, because a simulation keeps its thread busy.
  private static func run(_ scenes: [OutageScene]) async throws -> [OutageScene.Result] {
    let results = Promise<Result<[OutageScene.Result], any Error>>()
    try ThreadSystem.start(name: "outages", stackSize: 8 << 20) {
      results.fulfil(Result { try scenes.map { try $0.run() } })
    }
    return try await results.value.get()
  }
}

import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK

extension OutageScene {
  /// A scene of a seed: any kind, length, load and settings.
  package static func random(seed: UInt64) -> OutageScene {
    var random = SeededRandom(seed: seed &* 0x9E6C_63D0 ^ 0x0A7A)
    let kind = Kind.allCases.randomElement(using: &random) ?? .refused
    var scene = OutageScene(kind, random.duration(in: .zero ... .seconds(random.oneIn(4) ? 400 : 60)))
    scene.seed = seed
    scene.rate = Int.random(in: 1...20, using: &random)
    scene.endsInOutage = random.oneIn(5)
    scene.batch.maxQueueSize = random.oneIn(3) ? Int.random(in: 20...2048, using: &random) : 1 << 15
    scene.batch.maxExportBatchSize = Int.random(in: 1...min(512, scene.batch.maxQueueSize), using: &random)
    scene.batch.scheduleDelay = random.duration(in: .zero ... .seconds(5))
    scene.batch.exportTimeout = random.duration(in: .seconds(2) ... .seconds(30))
    scene.batch.overflow = random.oneIn(3) ? .dropOldest : .dropNewest
    scene.client.timeout = random.duration(in: .seconds(1) ... .seconds(20))
    scene.client.maxConcurrentExports = random.oneIn(4) ? 1 : Int.random(in: 2...16, using: &random)
    scene.client.compression = random.oneIn(2) ? .gzip : .none
    if random.oneIn(4) {
      scene.client.retry.initialBackoff = random.duration(in: .milliseconds(1) ... .seconds(3))
      scene.client.retry.maxCircuitPause = random.duration(in: .milliseconds(100) ... .seconds(20))
    }
    return scene
  }

  /// How soon after the outage the first spans are delivered at the latest.
  package func limit(_ result: Result) -> Duration {
    // The next call comes within this time, if there is another export for it; else with the end of the attempt.
    let places = min(client.maxConcurrentExports, 4)
    let probe = client.retry.maxCircuitPause + .seconds(1)
    // All places may be taken by calls into silence, which began one pause after the other.
    let silence = client.timeout - client.retry.maxCircuitPause * (places - 1) + .seconds(1)
    var limit = probe
    // What was sent into silence comes back with the attempt's end; whether it was silence isn't known before.
    switch kind {
    case .silent: limit = max(probe, outage < client.timeout ? client.timeout + .seconds(1) : silence)
    // So does what the provider was asked before.
    case .headersHang: limit = max(probe, max(client.timeout, .seconds(10)) + .seconds(1))
    // A channel's attempt to connect comes each 4 s.
    case .refused, .dropped, .handshakeStalls: limit = max(probe, .seconds(5))
    default: break
    }
    guard kind.pause > .zero, let lastWord = result.lastWord else { return limit }
    return max(lastWord + kind.pause + .seconds(1), limit)
  }

  /// What is wrong with what came of it: nothing may be lost that the queue could hold, but at shutdown's deadline.
  package func faults(_ result: Result) -> [String] {
    var faults: [String] = []
    let ledger = result.ledger
    if !ledger.isBalanced || ledger.queued + ledger.inFlight > 0 { faults.append("not balanced") }
    let permitted: Set<DropReason> = endsInOutage ? [.queueFull, .shutdown, .unreachable] : [.queueFull]
    if !permitted.isSuperset(of: ledger.dropped.keys) { faults.append("lost what the queue could hold") }
    if let queued = result.queuedAtDrop, queued < batch.maxQueueSize { faults.append("dropped with \(queued) queued") }
    guard !endsInOutage else { return faults.map { "\($0): \(self): \(result)" } }
    let limit = limit(result)
    if result.firstDelivery > limit + batch.scheduleDelay { faults.append("delivery began late, after \(limit)") }
    if result.delivery > limit + batch.scheduleDelay + .seconds(5) {
      faults.append("delivery took longer than \(limit)")
    }
    return faults.map { "\($0): \(self): \(result)" }
  }
}

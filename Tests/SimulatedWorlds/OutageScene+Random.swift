import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK

extension OutageScene {
  /// The scene of a seed, with a random kind, length, load and settings.
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

  /// The maximum time from the end of the outage to the delivery of the first spans.
  package func limit(_ result: Result) -> Duration {
    // The time to the next call, if an export is free for it. Otherwise the end of an attempt comes first.
    let places = min(client.maxConcurrentExports, 4)
    let probe = client.retry.maxCircuitPause + .seconds(1)
    // Unanswered calls, which began one pause after the other, may occupy all exports.
    let silence = client.timeout - client.retry.maxCircuitPause * (places - 1) + .seconds(1)
    var limit = probe
    // An unanswered call ends with its timeout.
    switch kind {
    case .silent: limit = max(probe, outage < client.timeout ? client.timeout + .seconds(1) : silence)
    // A call of the header provider ends with its timeout too.
    case .headersHang: limit = max(probe, max(client.timeout, .seconds(10)) + .seconds(1))
    // The channel attempts to connect every 4 s.
    case .refused, .dropped, .handshakeStalls: limit = max(probe, .seconds(5))
    default: break
    }
    guard kind.pause > .zero, let lastRefusal = result.lastRefusal else { return limit }
    return max(lastRefusal + kind.pause + .seconds(1), limit)
  }

  /// The violations in a result: only spans beyond the queue's capacity may be lost, and spans at the deadline of
  /// shutdown.
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

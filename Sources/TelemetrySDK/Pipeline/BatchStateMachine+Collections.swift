internal import TelemetryCore

/// The part of a periodic reader's machine alone.
extension BatchStateMachine {
  /// True if a collected item is queued; else it came too late for a shutdown.
  var admitsCollectedItems: Bool { phase == .open || (phase == .shuttingDown && shutdown?.isCollecting == true) }

  /// A producer's call has returned.
  /// - Returns: False if its collection has ended before.
  mutating func producerReturned(_ producer: Int) -> Bool { collections?.producerReturned(producer) ?? false }

  /// The items of a collection are queued. A flush that waited for the collection waits for its items now.
  mutating func collectionEnded(_ id: CollectionSchedule.CollectionID) {
    exportUpTo = tail
    for index in flushes.indices where flushes[index].stage == .collecting(id) {
      flushes[index].watermark = tail
      flushes[index].stage = .waiting
      expediteBy = min(expediteBy ?? .never, flushes[index].deadline)
    }
    if let current = shutdown, current.stage == .collecting(id) {
      shutdown?.stage = .draining
      expediteBy = min(expediteBy ?? .never, current.exportDeadline)
    }
  }

  /// The next action of the schedule. A collection serves all requests that were made before it begins.
  mutating func advanceCollections(at now: MonotonicInstant) -> Action? {
    if let shutdown, shutdown.exportDeadline.hasPassed(at: now) { return nil }
    guard let action = collections?.nextAction(at: now) else { return nil }
    if case .begin(let id, _, _) = action {
      for index in flushes.indices where flushes[index].stage == .collecting(nil) {
        flushes[index].stage = .collecting(id)
      }
      if shutdown?.stage == .collecting(nil) { shutdown?.stage = .collecting(id) }
    }
    return .collection(action)
  }

  /// A shutdown has no more time to collect: what the producers have returned is queued, to be counted.
  mutating func stopCollecting() -> Action? {
    shutdown?.gaveUp = true
    if let action = collections?.end() { return .collection(action) }
    if shutdown?.isCollecting == true { shutdown?.stage = .draining }
    return nil
  }
}

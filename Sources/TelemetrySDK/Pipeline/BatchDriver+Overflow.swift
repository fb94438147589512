internal import Synchronization

// What finds the queue full or closed. Out of line: the usual way shall stay small.
extension BatchDriver {
  private enum Verdict {
    case done(wake: Bool, isFirstLate: Bool = false)
    case wait(BlockedProducer<Item>, wake: Bool)
  }

  @inline(never)
  func overflowed(_ item: consuming Item, _ size: Int) {
    var item: Item? = consume item
    var evicted: [Item] = []  // released outside the lock
    let limit = blockingLimit
    let verdict = withState { state in offer(&item, size, &state, canWait: limit != nil, evicted: &evicted) }
    switch verdict {
    case .done(let wake, let isFirstLate):
      if wake { loop.notify(token) }
      if isFirstLate { diagnostics.emit(.warning, "items that end after shutdown are dropped") }
    case .wait(let producer, let wake):
      if wake { loop.notify(token) }
      if !producer.turn.wait(until: Deadline(.system + (limit ?? .zero))) { giveUp(producer) }
    }
  }

  /// How long the caller may wait for room; nil if it may not: the processor's thread, and the exporter's, make the room.
  private var blockingLimit: Duration? {
    guard case .block(let limit) = overflow.kind, !loop.isCurrent, loopExporter?.loop?.isCurrent != true else {
      return nil
    }
    return limit
  }

  private func offer(
    _ item: inout Item?, _ size: Int, _ state: inout State, canWait: Bool, evicted: inout [Item]
  ) -> Verdict {
    guard state.machine.phase == .open else {
      let wake = state.machine.droppedNew(.afterShutdown)
      defer { state.saidAfterShutdown = true }
      return .done(wake: wake, isFirstLate: !state.saidAfterShutdown)
    }
    if canWait, size <= budget.limit, !state.producers.isEmpty { return wait(&item, size, &state) }
    while let reason = obstacle(size, state) {
      switch overflow.kind {
      case .dropOldest where state.ring.count > 0 && size <= budget.available + budget.reserve + state.ring.bytes:
        let (oldest, oldSize) = state.ring.removeFirst()
        evicted.append(oldest)
        budget.give(oldSize)
        if state.machine.droppedOldest(reason) { loop.notify(token) }
        if state.machine.roomRunsShort() { loop.notify(token) }
      case .block where canWait && size <= budget.limit:
        return wait(&item, size, &state)
      default:
        let mustSay = state.machine.droppedNew(reason)
        let mustExport = state.machine.roomRunsShort()
        return .done(wake: mustSay || mustExport)
      }
    }
    guard let item = item.take() else { return .done(wake: false) }
    state.ring.append(item, bytes: size)
    let wake = state.machine.enqueued(queuedBytes: state.ring.bytes)
    // It went before others that wait for what it takes up.
    let mustExport = !state.producers.isEmpty && state.machine.roomRunsShort()
    return .done(wake: wake || mustExport)
  }

  /// Goes to the end of the line.
  private func wait(_ item: inout Item?, _ size: Int, _ state: inout State) -> Verdict {
    guard let item = item.take() else { return .done(wake: false) }
    let producer = BlockedProducer(item, size: size)
    state.producers.append(producer)
    state.openRoom = 0
    return .wait(producer, wake: state.machine.producerWaits())
  }

  /// Why the item can't be queued; with nil its bytes are taken.
  private func obstacle(_ size: Int, _ state: borrowing State) -> DropReason? {
    if state.ring.count >= maxQueueSize { return .queueFull }
    return budget.takeReclaiming(size) ? nil : .byteBudget
  }

  /// The producer's time is up: its item is dropped, unless it was taken a moment ago.
  private func giveUp(_ producer: BlockedProducer<Item>) {
    let (wake, next) = withState { state -> (Bool, [BlockedProducer<Item>]) in
      guard state.producers.remove(producer) else { return (false, []) }
      let reason: DropReason = state.ring.count >= maxQueueSize ? .queueFull : .byteBudget
      let wake = state.machine.stoppedWaiting(reason)
      let next = settleProducers(&state)  // a smaller item behind it may fit
      return (wake || !next.isEmpty, next)
    }
    for producer in next { producer.turn.signal() }
    if wake { loop.notify(token) }
  }

  /// Queues the items of blocked producers as far as there is room for the first of them, or drops all if there won't be
  /// any; the producers that it gives out are to be woken.
  func settleProducers(_ state: inout State) -> [BlockedProducer<Item>] {
    guard !state.producers.isEmpty else { return [] }
    defer { state.openRoom = state.producers.isEmpty ? maxQueueSize : 0 }
    guard state.machine.admitsWaiting else {
      let producers = state.producers.removeAll()
      for _ in producers { _ = state.machine.stoppedWaiting(.shutdown) }
      return producers
    }
    var settled: [BlockedProducer<Item>] = []
    while let first = state.producers.first, obstacle(first.size, state) == nil, let item = unsafe first.item.take() {
      settled.append(state.producers.removeFirst())
      state.ring.append(item, bytes: first.size)
      state.machine.admitted(queuedBytes: state.ring.bytes)
    }
    return settled
  }
}

/// An item that finds the queue full, or the processor shut down. Out of line, to keep `onEnd` short.
extension BatchDriver {
  enum Verdict {
    case done(wake: Bool, isFirstAfterShutdown: Bool = false)
    case wait(ProducerQueue.Producer, wake: Bool)
  }

  @unsafe
  @inline(never)
  func overflowed(
    _ item: UnsafeRawBufferPointer, _ resource: Resource, _ scope: InstrumentationScope, _ count: Int
  ) {
    var evicted: [EncodedBatch] = []  // released outside the lock
    let limit = blockingLimit
    let verdict = withState { state in
      unsafe offer(item, resource, scope, count, &state, canWait: limit != nil, evicted: &evicted)
    }
    switch verdict {
    case .done(let wake, let isFirstAfterShutdown):
      if wake { loop.notify(token) }
      if isFirstAfterShutdown { diagnostics.emit(.warning, "items that end after shutdown are dropped") }
    case .wait(let producer, let wake):
      if wake { loop.notify(token) }
      if !producer.turn.wait(until: Deadline(.system + (limit ?? .zero))) { giveUp(producer) }
    }
  }

  /// An item is larger than the byte budget.
  @inline(never)
  func dropTooLarge(count: Int) {
    let wake = withState { state in
      state.machine.newItemDropped(state.machine.phase == .open ? .byteBudget : .afterShutdown, count: count)
    }
    if wake { loop.notify(token) }
  }

  /// The time that the caller may wait for room; nil on the threads of the processor and the exporter, which make the room.
  private var blockingLimit: Duration? {
    guard case .block(let limit) = configuration.overflow.kind, !loop.isCurrent,
      loopExporter?.loop?.isCurrent != true
    else { return nil }
    return limit
  }

  @unsafe
  private func offer(
    _ item: UnsafeRawBufferPointer, _ resource: Resource, _ scope: InstrumentationScope, _ count: Int,
    _ state: inout State, canWait: Bool, evicted: inout [EncodedBatch]
  ) -> Verdict {
    guard state.machine.phase == .open else {
      let wake = state.machine.newItemDropped(.afterShutdown, count: count)
      defer { state.didReportAfterShutdown = true }
      return .done(wake: wake, isFirstAfterShutdown: !state.didReportAfterShutdown)
    }
    let size = item.count
    if canWait, size <= budget.limit, !state.producers.isEmpty {
      return wait(ProducerQueue.Producer(unsafe Array(item), resource, scope, count: count), &state)
    }
    return unsafe admit(item, resource, scope, count, &state, canWait: canWait, evicted: &evicted)
  }

  /// Queues the item, or drops or delays it by the policy.
  @unsafe
  func admit(
    _ item: UnsafeRawBufferPointer, _ resource: Resource, _ scope: InstrumentationScope, _ count: Int,
    _ state: inout State, canWait: Bool, evicted: inout [EncodedBatch]
  ) -> Verdict {
    let size = item.count
    while let reason = reserveRoom(size, state) {
      switch configuration.overflow.kind {
      case .dropOldest where state.queue.count > 0 && size <= budget.available + budget.reserve + state.queue.bytes:
        let (oldSize, oldCount, released) = state.queue.removeFirst()
        if let released { evicted.append(released) }
        budget.give(oldSize)
        if state.machine.oldestItemDropped(reason, count: oldCount) { loop.notify(token) }
        if state.machine.roomRanShort() { loop.notify(token) }
      case .block where canWait && size <= budget.limit:
        return wait(ProducerQueue.Producer(unsafe Array(item), resource, scope, count: count), &state)
      default:
        let wakeForDrop = state.machine.newItemDropped(reason, count: count)
        let wakeForRoom = state.machine.roomRanShort()
        return .done(wake: wakeForDrop || wakeForRoom)
      }
    }
    unsafe state.queue.append(item, resource, scope, count: count)
    let wake = state.machine.enqueued(queuedBytes: state.queue.bytes, count: count)
    // The item has taken room for which producers wait.
    let wakeForRoom = !state.producers.isEmpty && state.machine.roomRanShort()
    return .done(wake: wake || wakeForRoom)
  }

  private func wait(_ producer: ProducerQueue.Producer, _ state: inout State) -> Verdict {
    state.producers.append(producer)
    state.openRoom = 0
    return .wait(producer, wake: state.machine.producerBlocked())
  }

  /// Takes the item's bytes from the budget if there is room for the item.
  /// - Returns: Why there is no room, or nil if the bytes are taken.
  private func reserveRoom(_ size: Int, _ state: borrowing State) -> DropReason? {
    if state.queue.count >= maxQueueSize { return .queueFull }
    return budget.takeReclaiming(size) ? nil : .byteBudget
  }

  /// Drops the item of a producer that has waited for its maximum time, unless the item has just been queued.
  private func giveUp(_ producer: ProducerQueue.Producer) {
    let (wake, admitted) = withState { state -> (Bool, [ProducerQueue.Producer]) in
      guard state.producers.remove(producer) else { return (false, []) }
      let reason: DropReason = state.queue.count >= maxQueueSize ? .queueFull : .byteBudget
      let wake = state.machine.blockedItemDropped(reason, count: producer.count)
      let admitted = admitBlockedProducers(&state)  // a smaller item behind this one may fit
      return (wake || !admitted.isEmpty, admitted)
    }
    for producer in admitted { producer.turn.signal() }
    if wake { loop.notify(token) }
  }

  /// Queues the items of blocked producers in order, as far as there is room, or drops all of them if the processor
  /// admits none any more.
  /// - Returns: The producers to wake outside the lock.
  func admitBlockedProducers(_ state: inout State) -> [ProducerQueue.Producer] {
    // Also after the last producer has given up: else no item would be queued directly any more.
    defer { state.openRoom = state.producers.isEmpty ? maxQueueSize : 0 }
    guard !state.producers.isEmpty else { return [] }
    guard state.machine.admitsBlockedProducers else {
      let producers = state.producers.removeAll()
      for producer in producers { _ = state.machine.blockedItemDropped(.shutdown, count: producer.count) }
      return producers
    }
    var admitted: [ProducerQueue.Producer] = []
    while let first = state.producers.first, reserveRoom(first.item.count, state) == nil {
      admitted.append(state.producers.removeFirst())
      unsafe first.item.withUnsafeBytes {
        unsafe state.queue.append($0, first.resource, first.scope, count: first.count)
      }
      state.machine.blockedItemEnqueued(queuedBytes: state.queue.bytes, count: first.count)
    }
    return admitted
  }
}

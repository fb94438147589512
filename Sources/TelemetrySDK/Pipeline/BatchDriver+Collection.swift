internal import TelemetryCore

/// The collections of a periodic reader, on the loop's thread.
extension BatchDriver {
  func perform(_ action: CollectionSchedule.Action) {
    guard let source else { return }
    switch action {
    case .begin(_, let producers, let deadline): beginCollection(producers, deadline, source)
    case .cancel(let producer): withState { $0.collection.tasks[producer] }?.cancel()
    case .end(let id, let late): endCollection(id, late, source)
    }
  }

  /// A producer may use a client that is traced, or log: that must not be recorded, as in an export (RULES 4.8.9).
  private func beginCollection(_ producers: [Int], _ deadline: Deadline, _ source: MetricSource) {
    let now = loop.now
    let time = withState { $0.collection.begin(at: now, wall: TraceClock.wallNanoseconds) }
    for producer in producers {
      let task = TraceContext.withRecordingSuppressed {
        Task(executorPreference: loop) {
          let produced = await source.produce(producer, time, deadline)
          self.producerReturned(producer, produced, source)
        }
      }
      // The task hasn't begun: it runs on this thread.
      withState { $0.collection.tasks[producer] = task }
    }
  }

  private func producerReturned(_ producer: Int, _ produced: MetricSource.Produced, _ source: MetricSource) {
    let isInTime = withState { state in
      state.collection.tasks[producer] = nil
      let isInTime = state.machine.producerReturned(producer)
      if isInTime { state.collection.produced[producer] = produced }
      return isInTime
    }
    if !isInTime {
      queue(produced.metrics)
      withState { $0.queue.endBatch() }
    }
    performActions()
  }

  private func endCollection(_ id: CollectionSchedule.CollectionID, _ late: [Int], _ source: MetricSource) {
    let now = loop.now
    let results = withState { $0.collection.end(at: now, late: late) }
    for result in results { queue(result.produced.metrics) }
    withState { state in
      state.queue.endBatch()
      state.machine.collectionEnded(id)
    }
    for (producer, produced) in results { report(producer, produced.error.map { "\($0)".sanitized() }, source) }
    for producer in late { report(producer, "it hasn't returned in time", source) }
  }

  /// Reports the first failure of a producer after a success, further ones as debug events, and the recovery.
  private func report(_ producer: Int, _ error: String?, _ source: MetricSource) {
    let wasFailing = withState { state in
      error == nil
        ? state.collection.failing.remove(producer) != nil : !state.collection.failing.insert(producer).inserted
    }
    let name: [(name: String, value: String)] = [("producer", source.name(of: producer))]
    if let error {
      diagnostics.emit(wasFailing ? .debug : .warning, "a metric producer fails", name + [("error", error)])
    } else if wasFailing {
      diagnostics.emit(.warning, "a metric producer works again", name)
    }
  }
}

// MARK: Queueing

extension BatchDriver {
  private func queue(_ metrics: [Metric]) {
    for metric in metrics { queue(metric) }
  }

  /// Queues the metric, in parts if its data points don't fit into the open batch.
  private func queue(_ metric: Metric) {
    let count = metric.dataPointCount
    var start = 0
    while start < count {
      let room = withState { $0.queue.itemRoom }
      let end = start + min(room, count - start)
      queue(part: end - start == count ? metric : metric.dataPoints(in: start..<end), count: end - start)
      start = end
    }
  }

  /// Queues the metric, in halves if it has more bytes than a batch.
  private func queue(part metric: Metric, count: Int) {
    let limit = configuration.maxExportBatchBytes
    let isQueued = unsafe metric.withField(maxBytes: limit) { field in
      guard let field = unsafe field, field.count <= limit else { return false }
      unsafe admit(collected: field, metric.resource, metric.scope, count)
      return true
    }
    if isQueued { return }
    guard count == 1 else {
      queue(part: metric.dataPoints(in: 0..<count / 2), count: count / 2)
      return queue(part: metric.dataPoints(in: count / 2..<count), count: count - count / 2)
    }
    unsafe metric.withField(maxBytes: budget.limit) { field in
      if let field = unsafe field {
        unsafe admit(collected: field, metric.resource, metric.scope, count)
      } else {
        dropTooLarge(count: count)
      }
    }
  }

  @unsafe
  private func admit(
    collected item: UnsafeRawBufferPointer, _ resource: Resource, _ scope: InstrumentationScope, _ count: Int
  ) {
    var evicted: [EncodedBatch] = []  // released outside the lock
    withState { state in
      guard state.machine.admitsCollectedItems else {
        _ = state.machine.newItemDropped(state.machine.phase == .closed ? .afterShutdown : .shutdown, count: count)
        return
      }
      _ = unsafe admit(item, resource, scope, count, &state, canWait: false, evicted: &evicted)
    }
  }
}

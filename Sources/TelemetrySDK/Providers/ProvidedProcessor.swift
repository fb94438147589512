internal import TelemetryCore

/// A processor of any signal, as its provider flushes it and shuts it down.
struct ProvidedProcessor: Sendable {
  fileprivate let perform: @Sendable (ProcessorRequest, Duration) async -> FlushReport
  private let beginDriven: (@Sendable (ProcessorRequest, Duration) -> () -> FlushReport)?

  init(_ processor: any SpanProcessor) {
    beginDriven = (processor as? any DrivenProcessor)?.begin
    perform = { request, limit in
      switch request {
      case .flush: await processor.forceFlush(within: limit)
      case .shutdown: await processor.shutdown(within: limit)
      }
    }
  }

  init(_ processor: any LogRecordProcessor) {
    beginDriven = (processor as? any DrivenProcessor)?.begin
    perform = { request, limit in
      switch request {
      case .flush: await processor.forceFlush(within: limit)
      case .shutdown: await processor.shutdown(within: limit)
      }
    }
  }

  init(_ reader: PeriodicMetricReader) {
    let driver = reader.driver
    beginDriven = { driver.begin($0, $1) }
    perform = { request, limit in
      switch request {
      case .flush: await reader.forceFlush(within: limit)
      case .shutdown: await reader.shutdown(within: limit)
      }
    }
  }

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until the request is answered.
  fileprivate func begin(_ request: ProcessorRequest, _ limit: Duration) -> () -> FlushReport {
    if let beginDriven { return beginDriven(request, limit) }
    return beginOther(request, limit)
  }

  /// A user's processor has the asynchronous form alone, which runs on a telemetry thread here: the program's own threads
  /// may all be blocked.
  private func beginOther(_ request: ProcessorRequest, _ limit: Duration) -> () -> FlushReport {
    precondition(
      TelemetryLoop.current == nil,
      "a blocking flush or shutdown on a telemetry thread would wait for itself: use the async form")
    let unanswered = FlushReport(isComplete: false, lost: 0, ledger: Ledger())
    guard let lease = try? TelemetryRuntime.shared.acquire() else { return { unanswered } }
    let deadline = Deadline(MonotonicInstant.system + max(.zero, limit) + .milliseconds(20))
    let report = Promise<FlushReport>()
    let answered = BlockingSemaphore()
    Task(executorPreference: lease.loop) {
      defer { lease.end() }
      report.fulfil(await perform(request, limit))
      answered.signal()
    }
    return {
      _ = answered.wait(until: deadline)
      return report.current ?? unanswered
    }
  }
}

extension DrivenProcessor {
  /// Makes a request for a thread that will wait.
  fileprivate var begin: @Sendable (ProcessorRequest, Duration) -> () -> FlushReport {
    { [driver] request, limit in driver.begin(request, limit) }
  }
}

extension [ProvidedProcessor] {
  /// The sum of the processors' reports. All processors work at once.
  func report(of request: ProcessorRequest, within limit: Duration) async -> FlushReport {
    await self[...].report(of: request, within: limit)
  }

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until all processors have answered.
  func begin(_ request: ProcessorRequest, within limit: Duration) -> () -> FlushReport {
    // Every request begins before the first wait, so that the processors work at once.
    let answers = map { $0.begin(request, limit) }
    return { answers.reduce(.empty) { $0 + $1() } }
  }
}

extension ArraySlice<ProvidedProcessor> {
  fileprivate func report(of request: ProcessorRequest, within limit: Duration) async -> FlushReport {
    guard let first else { return .empty }
    async let others = dropFirst().report(of: request, within: limit)
    return await first.perform(request, limit) + others
  }
}

extension [PeriodicMetricReader] {
  private var provided: [ProvidedProcessor] { map { ProvidedProcessor($0) } }

  /// The sum of the readers' reports. All readers work at once.
  package func report(of request: ProcessorRequest, within limit: Duration) async -> FlushReport {
    await provided.report(of: request, within: limit)
  }

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until all readers have answered.
  package func begin(_ request: ProcessorRequest, within limit: Duration) -> () -> FlushReport {
    provided.begin(request, within: limit)
  }
}

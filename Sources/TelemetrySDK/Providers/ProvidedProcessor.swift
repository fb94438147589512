internal import TelemetryCore

/// A processor of any signal, as its provider flushes it and shuts it down.
enum ProvidedProcessor: Sendable {
  typealias Perform = @Sendable (ProcessorRequest, Duration) async -> FlushReport

  case driven(any ProcessorDriver)
  /// A program's own processor, which has the asynchronous form alone.
  case other(Perform)

  init(_ processor: any SpanProcessor) {
    self.init(
      processor, flush: { await processor.forceFlush(within: $0) }, shutdown: { await processor.shutdown(within: $0) })
  }

  init(_ processor: any LogRecordProcessor) {
    self.init(
      processor, flush: { await processor.forceFlush(within: $0) }, shutdown: { await processor.shutdown(within: $0) })
  }

  private init(
    _ processor: any Sendable, flush: @escaping @Sendable (Duration) async -> FlushReport,
    shutdown: @escaping @Sendable (Duration) async -> FlushReport
  ) {
    if let driven = processor as? any DrivenProcessor {
      self = .driven(driven.anyDriver)
    } else {
      self = .other { request, limit in
        switch request {
        case .flush: await flush(limit)
        case .shutdown: await shutdown(limit)
        }
      }
    }
  }

  init(_ reader: PeriodicMetricReader) { self = .driven(reader.driver) }

  fileprivate var isDriven: Bool { if case .driven = self { true } else { false } }

  /// Makes a request.
  fileprivate func ask(_ request: ProcessorRequest, _ limit: Duration) -> Promise<FlushReport> {
    switch self {
    case .driven(let driver): driver.ask(request, limit)
    case .other(let perform): Self.ask(perform, request, limit)
    }
  }

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until the request is answered.
  fileprivate func begin(_ request: ProcessorRequest, _ limit: Duration) -> () -> FlushReport {
    switch self {
    case .driven(let driver): driver.begin(request, limit)
    case .other(let perform): Self.begin(perform, request, limit)
    }
  }

  private static let unanswered = FlushReport(isComplete: false, lost: 0, ledger: Ledger())

  /// A user's processor may never answer: it is cancelled when the time is over, and then abandoned (P2). It has a task of its own,
  /// which isn't cancelled with the caller's, and begins on the caller's thread: one that has nothing to wait for answers also
  /// while the program's tasks block all of its threads.
  private static func ask(
    _ perform: @escaping Perform, _ request: ProcessorRequest, _ limit: Duration
  ) -> Promise<FlushReport> {
    let report = Promise<FlushReport>()
    let overdue = OverdueWatch.Wait()
    let executor: any TaskExecutor = TelemetryLoop.current ?? globalConcurrentExecutor
    let body: @Sendable () async -> Void = {
      report.fulfil(await perform(request, limit))
      overdue.end()
    }
    #if canImport(Darwin)
      let task = Task(executorPreference: executor) { await body() }
    #else
      let task = Task.immediate(executorPreference: executor) { await body() }
      if report.current != nil { return report }
    #endif
    overdue.begin(OverdueWatch.deadline(limit)) {
      guard report.fulfil(unanswered) else { return }
      // Not on the watch's thread: a cancellation runs the processor's code, which may block.
      Task(executorPreference: executor) { task.cancel() }
    }
    return report
  }

  /// A user's processor has the asynchronous form alone, which runs on a telemetry thread here: the program's own threads
  /// may all be blocked.
  private static func begin(
    _ perform: @escaping Perform, _ request: ProcessorRequest, _ limit: Duration
  ) -> () -> FlushReport {
    precondition(
      TelemetryLoop.current == nil,
      "a blocking flush or shutdown on a telemetry thread would wait for itself: use the async form")
    guard let lease = try? TelemetryRuntime.shared.acquire() else { return { unanswered } }
    let deadline = OverdueWatch.deadline(limit)
    let report = Promise<FlushReport>()
    let answered = BlockingSemaphore()
    let task = Task(executorPreference: lease.loop) {
      defer { lease.end() }
      report.fulfil(await perform(request, limit))
      answered.signal()
    }
    return {
      // Not on this thread: a cancellation runs the processor's code, which may block.
      if !answered.wait(until: deadline) { lease.runtime.startBlocking { task.cancel() } }
      return report.current ?? unanswered
    }
  }
}

/// A request to the processors of a provider, which has begun in all of them.
package struct ProcessorAnswers: Sendable {
  fileprivate let answers: [Promise<FlushReport>]

  /// The sum of the processors' reports. All processors work at once.
  package var report: FlushReport {
    get async {
      var sum = FlushReport.empty
      for answer in answers { sum = sum + (await answer.value) }
      return sum
    }
  }
}

extension [ProvidedProcessor] {
  /// Makes a request.
  func ask(_ request: ProcessorRequest, within limit: Duration) -> ProcessorAnswers {
    // Those of this package first: a user's one may do work before it waits.
    ProcessorAnswers(answers: (filter(\.isDriven) + filter { !$0.isDriven }).map { $0.ask(request, limit) })
  }

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until all processors have answered.
  func begin(_ request: ProcessorRequest, within limit: Duration) -> () -> FlushReport {
    // Every request begins before the first wait, so that the processors work at once.
    let answers = map { $0.begin(request, limit) }
    return { answers.reduce(.empty) { $0 + $1() } }
  }
}

extension [PeriodicMetricReader] {
  private var provided: [ProvidedProcessor] { map { ProvidedProcessor($0) } }

  /// Makes a request. All readers work at once.
  package func ask(_ request: ProcessorRequest, within limit: Duration) -> ProcessorAnswers {
    provided.ask(request, within: limit)
  }

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until all readers have answered.
  package func begin(_ request: ProcessorRequest, within limit: Duration) -> () -> FlushReport {
    provided.begin(request, within: limit)
  }
}

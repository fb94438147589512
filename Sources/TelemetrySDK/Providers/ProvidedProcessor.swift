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

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until the request is answered.
  fileprivate func begin(_ request: ProcessorRequest, _ limit: Duration) -> () -> FlushReport {
    switch self {
    case .driven(let driver): driver.begin(request, limit)
    case .other(let perform): Self.begin(perform, request, limit)
    }
  }

  /// A user's processor has the asynchronous form alone, which runs on a telemetry thread here: the program's own threads
  /// may all be blocked.
  private static func begin(
    _ perform: @escaping Perform, _ request: ProcessorRequest, _ limit: Duration
  ) -> () -> FlushReport {
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

/// A request to the processors of a provider, which has begun in those of this package.
package struct ProcessorAnswers: Sendable {
  fileprivate var driven: [Promise<FlushReport>] = []
  fileprivate var others: [@Sendable () async -> FlushReport] = []

  /// True if a program's own processors begin with ``report``.
  package var hasOthers: Bool { !others.isEmpty }

  /// The sum of the processors' reports. All processors work at once.
  ///
  /// No child task is made for processors of this package, and none for a single other one: a child task runs on the
  /// program's threads, which its own tasks may block beyond the limit (P2, P7).
  package var report: FlushReport {
    get async {
      var sum = await Self.report(of: others[...])
      for answer in driven { sum = sum + (await answer.value) }
      return sum
    }
  }

  private static func report(of others: ArraySlice<@Sendable () async -> FlushReport>) async -> FlushReport {
    guard let first = others.first else { return .empty }
    guard others.count > 1 else { return await first() }
    async let rest = report(of: others.dropFirst())
    return await first() + rest
  }
}

extension [ProvidedProcessor] {
  /// Makes a request.
  func ask(_ request: ProcessorRequest, within limit: Duration) -> ProcessorAnswers {
    var answers = ProcessorAnswers()
    for processor in self {
      switch processor {
      case .driven(let driver): answers.driven.append(driver.ask(request, limit))
      case .other(let perform): answers.others.append { await perform(request, limit) }
      }
    }
    return answers
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

internal import TelemetryCore

extension TracerProvider {
  /// ``forceFlush(within:)`` for synchronous code. Stops the program on a telemetry thread, which would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use forceFlush(within:)")
  public func forceFlushBlocking(within limit: Duration) -> FlushReport { block(.flush, limit) }

  /// ``shutdown(within:)`` for synchronous code, `atexit` and a forked child. Stops the program on a telemetry thread, which
  /// would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use shutdown(within:)")
  @discardableResult
  public func shutdownBlocking(within limit: Duration) -> FlushReport {
    endRecording()
    return block(.shutdown, limit)
  }

  private func block(_ request: BatchDriver<SpanData>.Request, _ limit: Duration) -> FlushReport {
    // Every request begins before the first wait, so that the processors work at once.
    let answers = processors.map { Self.begin(request, of: $0, limit) }
    return answers.reduce(.empty) { $0 + $1() }
  }

  private static func begin(
    _ request: BatchDriver<SpanData>.Request, of processor: any SpanProcessor, _ limit: Duration
  ) -> () -> FlushReport {
    switch processor {
    case let batching as BatchProcessor<SpanData>: batching.driver.begin(request, limit)
    case let simple as SimpleProcessor<SpanData>: simple.driver.begin(request, limit)
    default: begin(request, ofOther: processor, limit)
    }
  }

  /// A user's processor has the asynchronous form alone, which runs on a telemetry thread here: the program's own threads
  /// may all be blocked.
  private static func begin(
    _ request: BatchDriver<SpanData>.Request, ofOther processor: any SpanProcessor, _ limit: Duration
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
      switch request {
      case .flush: report.fulfil(await processor.forceFlush(within: limit))
      case .shutdown: report.fulfil(await processor.shutdown(within: limit))
      }
      answered.signal()
    }
    return {
      _ = answered.wait(until: deadline)
      return report.current ?? unanswered
    }
  }
}

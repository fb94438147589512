internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// Writes lines one after the other, and waits while the output takes none. Runs on an event loop; the writing is done on
/// blocking threads.
actor FileDelivery {
  typealias Written = Result<Void, FileFailure>

  /// The end of an export, without the counts.
  enum End {
    case written
    case gaveUp(DropReason, OTLPFileError?)
  }

  /// The end of an attempt.
  private enum Attempt {
    case ended(Written)
    /// The export has ended before the call returned.
    case unfinished
    /// The export has ended before a thread was free.
    case neverBegan
  }

  // Longer attempts would keep a caller from hearing of an outage; a line that was begun is continued.
  private static let attemptTime = Duration.seconds(5)

  nonisolated let loop: TelemetryLoop
  nonisolated let metrics: ExporterMetrics
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let signal: OTLPSignal
  private let output: any LineOutput
  private let runtime: TelemetryRuntime
  private let diagnostics: Diagnostics
  private var outage: FileOutage
  /// The write that a blocking thread does now. It may outlive its export, if the system doesn't return from the call.
  private var running: Promise<Written>?
  /// Fulfilled, and replaced, when a write ends, or when what waits has to look at its time again.
  private var wake = Promise<Void>()
  private var active = ActiveExports()
  /// Shutdown's deadline; nil before.
  private var cutoff: Deadline?

  init(
    _ output: any LineOutput, of signal: OTLPSignal, loop: TelemetryLoop, runtime: TelemetryRuntime,
    diagnostics: Diagnostics, outage: FileOutage = FileOutage()
  ) {
    self.output = output
    self.signal = signal
    metrics = ExporterMetrics(
      ComponentID(type: signal.exporterType("otlp_file")), of: signal,
      .init(attempts: "Writes that were tried.", bytes: "Bytes of lines that were written."))
    self.loop = loop
    self.runtime = runtime
    self.diagnostics = diagnostics.limited(by: loop)
    self.outage = outage
  }

  /// Writes a line, or gives up at `deadline`, or after `timeout`, in which only the time counts that a slow output took.
  func write(_ line: FileLine, timeout: Duration?, deadline: Deadline) async -> (end: End, attempts: Int) {
    guard cutoff == nil else { return (.gaveUp(.shutdown, nil), 0) }
    let number = active.begin(signal)
    defer { active.end(number) }
    var (attempts, used) = (0, Duration.zero)
    while true {
      let end = min(deadline, cutoff ?? .never)
      if let reason = reasonToStop(end, used, timeout) { return (.gaveUp(reason, outage.failure), attempts) }
      guard await isTurn(by: end) else { continue }
      let start = loop.now
      let attempt = await attempt(line, by: deadline)
      if case .neverBegan = attempt { continue }
      attempts += 1
      guard case .ended(let written) = attempt else { continue }
      switch written {
      case .success:
        outage.written(at: loop.now)?.emit(to: diagnostics)
        return (.written, attempts)
      case .failure(let failure) where failure.isFinal:
        outage.failed(failure.error, at: loop.now).emit(to: diagnostics)
        return (.gaveUp(.unreachable, failure.error), attempts)
      case .failure(let failure) where failure.madeProgress: used += loop.now - start
      case .failure(let failure): outage.failed(failure.error, at: loop.now).emit(to: diagnostics)
      }
    }
  }

  private func reasonToStop(_ end: Deadline, _ used: Duration, _ timeout: Duration?) -> DropReason? {
    // A processor cancels an export after the end of its own shutdown only, for which it also sets the deadline.
    let outOfTime: DropReason = timeout != nil || cutoff.map { $0 <= end } == true ? .shutdown : .timeout
    if end.hasPassed(at: loop.now) || Task.isCancelled { return outOfTime }
    if let timeout, used >= timeout { return .timeout }
    return nil
  }

  /// Waits for another export's write, and for the end of a pause.
  /// - Returns: False if the caller has to look at its time again.
  private func isTurn(by end: Deadline) async -> Bool {
    if running != nil {
      await pause(until: end)
      return false
    }
    guard let next = outage.nextAttempt, next > loop.now else { return true }
    await pause(until: min(end, Deadline(next)))
    return false
  }

  /// Waits for a change until `end`, or until the task is cancelled.
  private func pause(until end: Deadline) async {
    let wake = wake
    await withTaskCancellationHandler {
      _ = await wake.value(until: end, on: loop)
    } onCancel: {
      wake.fulfil(())
    }
    if self.wake === wake, wake.current != nil { self.wake = Promise() }
  }

  private func wakeAll() {
    wake.fulfil(())
    wake = Promise()
  }

  /// Writes on a blocking thread. A call that hasn't returned by the export's end goes on, and further writes wait for it.
  private func attempt(_ line: FileLine, by deadline: Deadline) async -> Attempt {
    var end = min(deadline, cutoff ?? .never)
    // For a thread, or for the export that gives it up.
    let queued = Locked<FileLine?>(line)
    let done = Promise<Written>()
    running = done
    let limit = min(end.remaining(at: loop.now), Self.attemptTime)
    runtime.startBlocking { [output, weak self, loop] in
      guard let line = queued.withLock({ $0.take() }) else { return }
      let result: Written
      do throws(FileFailure) {
        result = .success(try output.write(line, by: Deadline(.system + limit)))
      } catch {
        result = .failure(error)
      }
      Task(executorPreference: loop) { await self?.writeEnded(done, result) }
    }
    // A shutdown may set an earlier end meanwhile.
    while done.current == nil, !Task.isCancelled, !end.hasPassed(at: loop.now) {
      await pause(until: end)
      end = min(deadline, cutoff ?? .never)
    }
    // A write that no thread has begun never begins: its items are about to count as dropped.
    if queued.withLock({ $0.take() }) != nil {
      release(done)
      return .neverBegan
    }
    return done.current.map { .ended($0) } ?? .unfinished
  }

  private func writeEnded(_ promise: Promise<Written>, _ result: Written) {
    promise.fulfil(result)
    release(promise)
  }

  /// Lets the next write begin.
  private func release(_ write: Promise<Written>) {
    if running === write { running = nil }
    wakeAll()
  }

  // MARK: Flush and shutdown

  /// Tries at once what waits.
  func expedite() {
    outage.expedite(at: loop.now)
    wakeAll()
  }

  /// - Returns: False if the exports that run now have not ended by `deadline`.
  func flush(deadline: Deadline) async -> Bool {
    guard let done = active.waitForRunning(signal) else { return true }
    expedite()
    if await done.value(until: deadline, on: loop) != nil { return true }
    active.forget(done)
    return false
  }

  /// Refuses further lines, lets the present one go on until `deadline`, then closes the file.
  func shutdown(deadline: Deadline) async {
    let deadline = min(deadline, cutoff ?? .never)
    cutoff = deadline
    _ = await flush(deadline: deadline)
    let closed = Promise<Void>()
    runtime.startBlocking { [output] in
      output.close()
      closed.fulfil(())
    }
    _ = await closed.value(until: deadline, on: loop)
  }
}

internal import TelemetryCore

/// Asks a header provider on behalf of all exports that wait. Part of the pipeline: it lives on the pipeline's loop.
///
/// The provider is user code that may take its time, or for ever: nothing is locked meanwhile, each export waits until its
/// own deadline, and an answer that comes later serves the next attempt. A call of the provider that takes longer than an
/// attempt, and than ``patience``, is given up and another one made; when that hangs too the first is cancelled.
actor HeaderSource {
  typealias Answer = Result<CallHeaders, AttemptFailure>

  /// The least time that the provider gets.
  static let patience = Duration.seconds(10)

  private nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let provider: HeaderProvider
  /// Configured once; the provider's override them.
  private let base: OTLPHeaders
  private let limit: Duration
  private let diagnostics: Diagnostics
  private var cache = HeaderCache()
  private var waiting: [Int: Promise<Answer>] = [:]
  private var nextWaiting = 0
  /// The calls of the provider that have not returned, by question.
  private var asking: [Int: Task<Void, Never>] = [:]
  private var timer: TelemetryLoop.TimerID?
  private var isEnded = false

  init(
    _ provider: @escaping HeaderProvider, base: OTLPHeaders, attemptTimeout: Duration, loop: TelemetryLoop,
    diagnostics: Diagnostics
  ) {
    self.provider = provider
    self.base = base
    self.loop = loop
    limit = max(attemptTimeout, HeaderSource.patience)
    self.diagnostics = diagnostics.limited(by: loop)
  }

  /// The headers for an attempt, waited for until its deadline.
  func headers(deadline: Deadline) async -> Answer {
    guard !isEnded else { return .failure(.noHeaders(.cancelled)) }
    if let headers = look() { return .success(headers) }
    // In the same breath as the look: an answer that comes in between would be missed.
    let promise = Promise<Answer>()
    let number = nextWaiting
    nextWaiting += 1
    waiting[number] = promise
    let result = await withTaskCancellationHandler {
      await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(.failure(.noHeaders(.cancelled)))
    }
    waiting[number] = nil
    return result ?? .failure(.noHeaders(.late))
  }

  /// The server answered UNAUTHENTICATED to the headers of `generation`.
  func refused(_ generation: Int) { cache.refused(generation) }

  /// Waits for nothing more.
  func end() {
    isEnded = true
    for (_, task) in asking.sorted(by: { $0.key < $1.key }) { task.cancel() }
    disarm()
    fulfil(.failure(.noHeaders(.cancelled)))
  }

  /// The headers, if there are valid ones; else sees to it that the provider is asked.
  private func look() -> CallHeaders? {
    switch cache.need(at: loop.now) {
    case .use(let headers): return headers
    case .ask(let question): ask(question)
    case .wait: break
    }
    return nil
  }

  private func ask(_ question: Int) {
    asking[question] = Task(executorPreference: loop) { [provider, weak self] in
      do {
        let provided = try await provider()
        await self?.answered(question, provided)
      } catch {
        await self?.failed(question, "\(error)")
      }
    }
    timer = loop.schedule(at: Deadline(loop.now + limit)) { [weak self, loop] in
      Task(executorPreference: loop) { await self?.giveUp(question) }
    }
  }

  private func disarm() {
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  private func answered(_ question: Int, _ provided: ProvidedHeaders) {
    do throws(ConfigurationError) {
      try HeaderRules.validate(provided.headers, option: "headerProvider")
    } catch {
      return failed(question, error.description)
    }
    asking[question] = nil
    var headers = provided.headers
    headers.fill(base)
    let found = cache.answered(question, headers, validFor: provided.validity, at: loop.now)
    if !cache.isAsking { disarm() }
    if let found { fulfil(.success(found)) }
    askForWaiting()
  }

  private func failed(_ question: Int, _ reason: String) {
    asking[question] = nil
    if cache.failed(question) {
      disarm()
      fulfil(.failure(.noHeaders(.failed(reason.sanitized(limit: 300)))))
    }
    askForWaiting()
  }

  /// The provider hangs: it is asked again, now if somebody waits.
  private func giveUp(_ question: Int) {
    guard !isEnded, cache.giveUp(question) else { return }
    timer = nil
    // A slow provider may still answer; one that let two questions pass hardly will.
    for (number, task) in asking.sorted(by: { $0.key < $1.key }) where number < question { task.cancel() }
    let isLast = cache.hanging == HeaderCache.mostHanging
    diagnostics.emit(
      .warning,
      isLast
        ? "the header provider doesn't answer; it is asked again when one of its calls has returned"
        : "the header provider doesn't answer; it is asked again",
      [("after", "\(limit)"), ("callsThatHang", "\(cache.hanging)")])
    askForWaiting()
  }

  private func askForWaiting() {
    if !isEnded, !waiting.isEmpty, let headers = look() { fulfil(.success(headers)) }
  }

  private func fulfil(_ result: Answer) {
    let promises = waiting.sorted { $0.key < $1.key }.map(\.value)  // in turn: the order of a dictionary varies
    waiting.removeAll()
    for promise in promises { promise.fulfil(result) }
  }
}

extension AttemptFailure {
  enum HeaderTrouble {
    case failed(String)
    case late
    case cancelled
  }

  /// An attempt for which there were no headers: nothing was sent.
  static func noHeaders(_ trouble: HeaderTrouble) -> AttemptFailure {
    switch trouble {
    case .failed(let reason):
      AttemptFailure(
        code: StatusTable.unavailable, status: "UNAVAILABLE", message: "the header provider failed: \(reason)",
        origin: .headerProvider, fate: .neverProcessed)
    case .late:
      AttemptFailure(
        code: StatusTable.deadlineExceeded, status: "DEADLINE_EXCEEDED",
        message: "the header provider has not answered in the attempt's time", origin: .headerProvider,
        fate: .neverProcessed)
    case .cancelled:
      AttemptFailure(
        code: StatusTable.cancelled, status: "CANCELLED", message: "stopped while waiting for the header provider",
        origin: .cancelled, fate: .neverProcessed)
    }
  }
}

internal import TelemetryCore

/// Asks a header provider on behalf of all exports that wait. Part of the pipeline: it lives on the pipeline's loop.
///
/// The provider is user code that may take its time: nothing is locked meanwhile, each export waits until its own
/// deadline, and an answer that comes later serves the next attempt.
actor HeaderSource {
  typealias Answer = Result<CallHeaders, AttemptFailure>

  private nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let provider: HeaderProvider
  /// Configured once; the provider's override them.
  private let base: OTLPHeaders
  private var cache = HeaderCache()
  private var waiting: [Int: Promise<Answer>] = [:]
  private var nextWaiting = 0
  private var asking: Task<Void, Never>?
  private var isEnded = false

  init(_ provider: @escaping HeaderProvider, base: OTLPHeaders, loop: TelemetryLoop) {
    self.provider = provider
    self.base = base
    self.loop = loop
  }

  /// The headers for an attempt, waited for until its deadline.
  func headers(deadline: Deadline) async -> Answer {
    guard !isEnded else { return .failure(.noHeaders(.cancelled)) }
    switch cache.need(at: loop.now) {
    case .use(let headers): return .success(headers)
    case .ask: ask()
    case .wait: break
    }
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
    asking?.cancel()
    fulfil(.failure(.noHeaders(.cancelled)))
  }

  private func ask() {
    asking = Task(executorPreference: loop) { [provider] in
      do {
        let provided = try await provider()
        await self.answered(provided)
      } catch {
        await self.failed("\(error)")
      }
    }
  }

  private func answered(_ provided: ProvidedHeaders) {
    do throws(ConfigurationError) {
      try HeaderRules.validate(provided.headers, option: "headerProvider")
    } catch {
      return failed(error.description)
    }
    var headers = provided.headers
    headers.fill(base)
    fulfil(.success(cache.answered(headers, validFor: provided.validity, at: loop.now)))
  }

  private func failed(_ reason: String) {
    cache.failed()
    fulfil(.failure(.noHeaders(.failed(Diagnostics.sanitized(reason, limit: 300)))))
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

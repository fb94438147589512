internal import TelemetryCore
internal import TelemetrySDK

/// Calls a header provider for all exports that wait for headers. Runs on the delivery's loop.
///
/// The provider is user code that may take long or never return: each export waits until its own deadline, and a late
/// result serves the next attempt. A call that takes longer than an attempt, and than ``patience``, is followed by another;
/// when that hangs too, the first is cancelled.
actor HeaderSource {
  typealias Headers = Result<HeaderGeneration, AttemptFailure>

  /// The minimum time for a call of the provider.
  static let patience = Duration.seconds(10)

  private nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let provider: HeaderProvider
  /// The configured headers, which the provider's override.
  private let base: OTLPHeaders
  private let limit: Duration
  private let diagnostics: Diagnostics
  private var refresh = HeaderRefresh()
  private var waiting: [Int: (signal: OTLPSignal, promise: Promise<Headers>)] = [:]
  private var nextWaiting = 0
  /// The calls of the provider that have not returned, by number.
  private var calls: [Int: Task<Void, Never>] = [:]
  private var timer: TelemetryLoop.TimerID?
  private var isEnded = false

  /// Nil without a provider.
  init?(_ configuration: OTLPConfiguration, loop: TelemetryLoop, diagnostics: Diagnostics) {
    guard let provider = configuration.headerProvider else { return nil }
    self.provider = provider
    self.loop = loop
    base = configuration.headers
    limit = max(configuration.timeout.value, HeaderSource.patience)
    self.diagnostics = diagnostics.limited(by: loop)
  }

  /// Waits for the headers of a signal's attempt until `deadline`.
  func headers(for signal: OTLPSignal, deadline: Deadline) async -> Headers {
    guard !isEnded else { return .failure(.cancelledWithoutHeaders) }
    if let headers = validHeaders() { return .success(headers) }
    // No suspension since the check: a result in between would be missed.
    let promise = Promise<Headers>()
    let number = nextWaiting
    nextWaiting += 1
    waiting[number] = (signal, promise)
    let result = await withTaskCancellationHandler {
      await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(.failure(.cancelledWithoutHeaders))
    }
    waiting[number] = nil
    return result ?? .failure(.headerProviderIsLate)
  }

  /// The server responded UNAUTHENTICATED to the headers of `generation`.
  func refused(_ generation: Int) { refresh.refused(generation) }

  /// Cancels the waiting of a signal.
  func end(_ signal: OTLPSignal) {
    for (_, attempt) in waiting.sorted(by: { $0.key < $1.key }) where attempt.signal == signal {
      attempt.promise.fulfil(.failure(.cancelledWithoutHeaders))
    }
  }

  /// Cancels all calls and all waiting.
  func end() {
    isEnded = true
    for (_, task) in calls.sorted(by: { $0.key < $1.key }) { task.cancel() }
    disarm()
    fulfil(.failure(.cancelledWithoutHeaders))
  }

  /// Starts a call of the provider if needed.
  /// - Returns: The valid headers; nil if there are none yet.
  private func validHeaders() -> HeaderGeneration? {
    switch refresh.need(at: loop.now) {
    case .use(let headers): return headers
    case .call(let number): startCall(number)
    case .wait: break
    }
    return nil
  }

  private func startCall(_ number: Int) {
    calls[number] = Task(executorPreference: loop) { [provider, weak self] in
      do {
        let provided = try await provider()
        await self?.callReturned(number, provided)
      } catch {
        await self?.callFailed(number, "\(error)")
      }
    }
    timer = loop.schedule(at: Deadline(loop.now + limit)) { [weak self, loop] in
      Task(executorPreference: loop) { await self?.callTimedOut(number) }
    }
  }

  private func disarm() {
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  private func callReturned(_ number: Int, _ provided: ProvidedHeaders) {
    do throws(ConfigurationError) {
      try HeaderRules.validate(provided.headers, option: "headerProvider")
    } catch {
      return callFailed(number, error.description)
    }
    calls[number] = nil
    var headers = provided.headers
    headers.fill(base)
    let found = refresh.callReturned(number, headers, validFor: provided.validity, at: loop.now)
    if !refresh.isCalling { disarm() }
    if let found { fulfil(.success(found)) }
    serveWaiting()
  }

  private func callFailed(_ number: Int, _ reason: String) {
    calls[number] = nil
    if refresh.callFailed(number) {
      disarm()
      fulfil(.failure(.headerProviderFailed(reason.sanitized(limit: 300))))
    }
    serveWaiting()
  }

  private func callTimedOut(_ number: Int) {
    guard !isEnded, refresh.callTimedOut(number) else { return }
    timer = nil
    // A call that hangs longer than its successor's time-out hardly returns.
    for (earlier, task) in calls.sorted(by: { $0.key < $1.key }) where earlier < number { task.cancel() }
    let isLast = refresh.hanging == HeaderRefresh.mostHanging
    diagnostics.emit(
      .warning,
      isLast
        ? "the header provider doesn't answer; it is asked again when one of its calls has returned"
        : "the header provider doesn't answer; it is asked again",
      [("after", "\(limit)"), ("callsThatHang", "\(refresh.hanging)")])
    serveWaiting()
  }

  /// Gives valid headers to the waiting exports, or calls the provider.
  private func serveWaiting() {
    if !isEnded, !waiting.isEmpty, let headers = validHeaders() { fulfil(.success(headers)) }
  }

  private func fulfil(_ result: Headers) {
    let promises = waiting.sorted { $0.key < $1.key }.map(\.value.promise)  // a dictionary has no fixed order
    waiting.removeAll()
    for promise in promises { promise.fulfil(result) }
  }
}

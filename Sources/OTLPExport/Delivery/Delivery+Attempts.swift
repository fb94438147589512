internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

extension Delivery {
  /// Sends the part of the export that is in progress until the part is accepted, dropped, split or set aside.
  func deliverPart(_ export: inout ExportState) async {
    if splitBeforehand(&export) { return }
    do throws(CancellationError) {
      export.part.encoded = try await encode(export)
      if splitEncoded(&export) { return }
      export.part.compressed = try await compress(export)
    } catch {
      return drop(Task.isCancelled ? .shutdown : export.part.retry.timeoutReason, &export)
    }
    while true {
      let call: Destination.Call
      switch await admit(&export) {
      case .stop(let reason): return drop(reason, &export)
      case .go(let admitted): call = admitted
      }
      switch await attempt(call, &export) {
      case nil: return
      case .resend, .wait: continue
      case .resendUncompressed:
        export.part.compressed = nil
        export.part.isEncodingRefused = true
      case .resendWithNewHeaders:
        if let generation = export.part.headerGeneration { await headerSource?.refused(generation) }
      case .split(let limit): return split(&export, limit: limit)
      case .isolate: return isolate(&export)
      case .giveUp(let reason): return drop(reason, &export)
      }
    }
  }

  /// Makes an attempt.
  /// - Returns: The next step; nil if the server accepted the request.
  private func attempt(_ call: Destination.Call, _ export: inout ExportState) async -> RetryStateMachine.Action? {
    var failure: AttemptFailure?
    switch await send(call, &export) {
    case .success(let response): accept(response, &export)
    case .failure(let value):
      export.part.attemptFailed(value, hadTime: hadTime(value, call, export))
      failure = value
    }
    let isAbandoned = call.isProbe ? probes.removeValue(forKey: call.number)?.isAbandoned ?? false : false
    callEnded(call, failure, isAbandoned: isAbandoned, &export.allowance)
    guard let failure else { return nil }
    guard isAbandoned else { return decide(after: failure, call, &export) }
    export.part.retry.attemptAbandoned(failure)
    return .resend
  }

  /// False for an attempt that its deadline ended before a server could well have answered.
  private func hadTime(_ failure: AttemptFailure, _ call: Destination.Call, _ export: ExportState) -> Bool {
    guard failure.origin == .deadline else { return true }
    return loop.now - call.start >= Destination.Evidence.fairTime(attemptTime(export.allowance))
  }

  private func send(
    _ call: Destination.Call, _ export: inout ExportState
  ) async -> Result<ExportResponse, AttemptFailure> {
    let deadline = attemptDeadline(export)
    var headers: OTLPHeaders?
    if let headerSource {
      export.part.headerGeneration = nil
      switch await headerSource.headers(for: export.signal, deadline: deadline) {
      case .success(let provided):
        headers = provided.headers
        export.part.headerGeneration = provided.generation
      case .failure(let failure): return .failure(failure)
      }
    }
    export.attemptBegan()
    let message = OutgoingMessage(
      bytes: export.part.compressed ?? export.part.encoded ?? export.part.request.message, signal: export.signal,
      isCompressed: export.part.compressed != nil)
    let result: Result<ExportResponse, AttemptFailure>
    if call.isProbe {
      result = await probe(call, message, headers, deadline)
    } else if export.allowance == nil {
      // No processor ends the export, so the signal's shutdown does.
      result = await sendAlone(call, message, headers, deadline)
    } else {
      result = await client.send(message, headers: headers, deadline: deadline)
    }
    if case .failure(let failure) = result, !failure.hadConnection { return result }
    export.requestBytes += message.bytes.count
    return result
  }

  /// Sends in a task of its own (``OwnTask``).
  private func sendAlone(
    _ call: Destination.Call, _ message: OutgoingMessage, _ headers: OTLPHeaders?, _ deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure> {
    let task = Task(executorPreference: loop) { [client] in
      await client.send(message, headers: headers, deadline: deadline)
    }
    ownTasks[call.number] = OwnTask(signal: message.signal, task: task)
    defer { ownTasks[call.number] = nil }
    return await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Sends, and can be abandoned (``Probe``).
  private func probe(
    _ call: Destination.Call, _ message: OutgoingMessage, _ headers: OTLPHeaders?, _ deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure> {
    probes[call.number] = Probe(start: call.start)
    let result = await sendAlone(call, message, headers, deadline)
    guard case .failure(let failure) = result, failure.origin == .cancelled else {
      probes[call.number]?.isAbandoned = false
      return result
    }
    return probes[call.number]?.isAbandoned == true ? .failure(.abandoned(failure.fate)) : result
  }

  private func decide(
    after failure: AttemptFailure, _ call: Destination.Call, _ export: inout ExportState
  ) -> RetryStateMachine.Action {
    let part = export.part
    let request = RetryStateMachine.Request(
      messageBytes: part.request.protobuf.count, isCompressed: part.compressed != nil,
      mayBeIsolated: mayBeIsolated(export), hasProvidedHeaders: part.headerGeneration != nil)
    let action = export.part.retry.attemptFailed(
      failure, of: request, now: loop.now, deadline: softDeadline(export), random: &random)
    if case .wait(let end) = action { joinQueue(&export, until: end, after: call) }
    // The drop of a single bad item is reported by name; the server is healthy.
    if part.isSingleBadItem { return action }
    switch action {
    case .wait: reporter.attemptFailed(failure, willRetry: true, at: loop.now)
    case .giveUp: reporter.attemptFailed(failure, willRetry: false, at: loop.now)
    default: break  // a free resend is routine: servers end connections by GOAWAY
    }
    return action
  }

  // MARK: Time

  /// The end of an attempt that begins now.
  ///
  /// The export's whole time bounds the attempt in an outage too, which would else last as long as the server is silent.
  /// If little is left of the export's time, the attempt still gets enough to distinguish an outage from a lack of time:
  /// this would be the export's last attempt, and an outage doesn't count.
  private func attemptDeadline(_ export: ExportState) -> Deadline {
    let now = loop.now
    let whole = RetryStateMachine.attemptDeadline(
      timeout: configuration.timeout.value, now: now, deadline: hardDeadline(export))
    guard let allowance = export.allowance else { return whole }
    let own = min(softDeadline(export), Deadline(now + allowance.limit))
    return min(whole, max(own, Deadline(now + Destination.Evidence.fairTime(attemptTime(allowance)))))
  }

  /// The longest time of an attempt; zero for no limit.
  func attemptTime(_ allowance: UptimeClock.Allowance?) -> Duration {
    let timeout = configuration.timeout.value
    guard let allowance else { return timeout }
    return timeout == .zero ? allowance.limit : min(timeout, allowance.limit)
  }
}

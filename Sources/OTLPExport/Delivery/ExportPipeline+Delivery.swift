internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// The state of one piece's delivery.
struct Delivery {
  var piece: Piece
  let number: Int
  /// A hard end: the caller's, or shutdown's.
  let deadline: Deadline
  /// The time that the export may take without outages; nil if the deadline is all.
  var allowance: UptimeClock.Allowance?
  var machine: RetryMachine
  var lastFailure: AttemptFailure?
  /// The compressed message, if it is to be sent compressed.
  var compressed: BufferSlice?
  /// Which of the provider's headers the latest attempt had.
  var headerGeneration: Int?
  /// Whether the server took the request.
  var isAccepted = false
  /// Of the messages that went to a connection.
  var bytes = 0
  /// Its pause was shortened, so that it fits into the export's time.
  var hadLastAttempt = false
  /// Where the export waits for its turn.
  var place: AdmissionQueue.Place?
  /// The server refused the compressed message, and said so.
  var isGzipRefused = false
  /// The search for bad items, of the whole batch.
  var isolation: Isolation

  init(
    piece: Piece, number: Int, deadline: Deadline, allowance: UptimeClock.Allowance?, policy: OTLPRetryPolicy,
    isolation: Isolation
  ) {
    self.piece = piece
    self.number = number
    self.deadline = deadline
    self.allowance = allowance
    self.isolation = isolation
    machine = RetryMachine(policy, wasConnected: piece.mayHaveBeenDelivered)
  }

  var request: ExportRequest { piece.request }
}

extension ExportPipeline {
  /// What is left of a piece after its delivery.
  enum Remainder {
    case settled
    /// Pieces that are to be delivered in its place.
    case pieces([Piece])
    /// It holds a bad item; whether it is searched is decided when the other pieces are settled.
    case refused
  }

  /// Delivers a piece.
  func deliver(_ delivery: inout Delivery, _ outcome: inout ExportOutcome) async -> Remainder {
    if let pieces = splitBeforehand(delivery.piece) { return .pieces(pieces) }
    if isTooLarge(delivery.request) {
      dropTooLarge(delivery, limit: configuration.maxRequestSize, &outcome)
      return .settled
    }
    delivery.compressed = await compress(delivery.request)
    while true {
      guard let failure = await send(&delivery, &outcome) else { return .settled }
      // The next attempt is decided: it has its place in the queue, or goes out at once.
      guard let action = failure.action else { continue }
      switch action {
      case .resend, .wait: continue
      case .resendUncompressed:
        delivery.compressed = nil
        delivery.isGzipRefused = true
      case .resendWithNewHeaders:
        if let generation = delivery.headerGeneration { await headerSource?.refused(generation) }
      case .split(let limit): return split(delivery, limit: limit, &outcome)
      case .isolate: return isolate(&delivery, outcome)
      case .giveUp(let reason):
        drop(&delivery, reason, failure.failure, &outcome)
        return .settled
      }
    }
  }

  /// Sends once when its turn has come, and decides what follows; nil if that settled the piece, or dropped it.
  private func send(
    _ delivery: inout Delivery, _ outcome: inout ExportOutcome
  ) async -> (failure: AttemptFailure, action: RetryMachine.Action?)? {
    switch await admit(&delivery) {
    case .stop(let reason):
      drop(delivery, reason, &outcome)
      return nil
    case .go(let call):
      let failure = await attempt(&delivery, call, &outcome)
      let isOvertaken = call.isProbe ? probes.removeValue(forKey: call.number)?.isOvertaken ?? false : false
      ended(call, failure, isOvertaken: isOvertaken, &delivery.allowance)
      guard let failure else { return nil }
      guard isOvertaken else { return (failure, decide(after: failure, call, &delivery)) }
      delivery.machine.note(failure)
      return (failure, nil)
    }
  }

  /// The end of an attempt that begins now. The export's whole time bounds it also in an outage, which would else be as
  /// long as the server is silent. However little is left of the export's time, the attempt gets enough to tell an outage
  /// from want of time: it would be the export's last one, and an outage doesn't count.
  private func attemptDeadline(_ delivery: Delivery) -> Deadline {
    let now = loop.now
    let whole = RetryMachine.attemptDeadline(
      timeout: configuration.timeout, now: now, deadline: hardDeadline(delivery))
    guard let allowance = delivery.allowance else { return whole }
    let own = min(effective(delivery), Deadline(now + allowance.limit))
    return min(whole, max(own, Deadline(now + Destination.Evidence.fairTime(attemptTime(allowance)))))
  }

  /// What an attempt gets at most; zero for no limit.
  func attemptTime(_ allowance: UptimeClock.Allowance?) -> Duration {
    guard let allowance else { return configuration.timeout }
    return configuration.timeout == .zero ? allowance.limit : min(configuration.timeout, allowance.limit)
  }

  /// Sends; nil if that settled the piece.
  private func attempt(
    _ delivery: inout Delivery, _ call: Destination.Call, _ outcome: inout ExportOutcome
  ) async -> AttemptFailure? {
    let deadline = attemptDeadline(delivery)
    var headers: OTLPHeaders?
    if let headerSource {
      switch await provideHeaders(headerSource, &delivery, until: deadline) {
      case .success(let provided): headers = provided
      case .failure(let failure): return note(failure, &delivery)
      }
    }
    outcome.attempts += 1
    if delivery.piece.mayHaveBeenDelivered, !delivery.piece.isCounted {
      delivery.piece.isCounted = true
      outcome.possibleDuplicates += delivery.request.itemCount
    }
    let message = delivery.compressed ?? delivery.request.message
    let size = message.count
    let isCompressed = delivery.compressed != nil
    let result =
      call.isProbe
      ? await probe(call, message, isCompressed: isCompressed, headers: headers, deadline: deadline)
      : await transport.send(message, isCompressed: isCompressed, headers: headers, deadline: deadline)
    switch result {
    case .accepted(let response):
      if delivery.isGzipRefused { rememberRefusedCompression() }
      nextIsolation = nil
      let limits = configuration.limits
      if !limits.isEmpty { limits.accepted(delivery.request.protobuf.count, by: configuration.server) }
      delivery.isAccepted = true
      delivery.bytes += size
      reporter.attemptSucceeded(at: loop.now)
      settle(delivery, response, &outcome)
      return nil
    case .failed(let failure):
      if failure.origin != .connect, !failure.isUnconnected { delivery.bytes += size }
      return note(failure, &delivery)
    }
  }

  /// Sends in a task of its own (``Probe``).
  private func probe(
    _ call: Destination.Call, _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
  ) async -> AttemptResult {
    let task = Task(executorPreference: loop) { [transport] in
      await transport.send(message, isCompressed: isCompressed, headers: headers, deadline: deadline)
    }
    probes[call.number] = Probe(start: call.start, task: task)
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    guard case .failed(let failure) = result, failure.origin == .cancelled else {
      probes[call.number]?.isOvertaken = false
      return result
    }
    return probes[call.number]?.isOvertaken == true ? .failed(.overtaken(failure.fate)) : result
  }

  private func note(_ failure: AttemptFailure, _ delivery: inout Delivery) -> AttemptFailure {
    // That we gave up says less than what went wrong before.
    if failure.origin != .cancelled || delivery.lastFailure == nil { delivery.lastFailure = failure }
    if failure.mayHaveBeenDelivered { delivery.piece.mayHaveBeenDelivered = true }
    return failure
  }

  /// What the header provider gives for an attempt.
  private func provideHeaders(
    _ source: HeaderSource, _ delivery: inout Delivery, until deadline: Deadline
  ) async -> Result<OTLPHeaders, AttemptFailure> {
    delivery.headerGeneration = nil
    switch await source.headers(deadline: deadline) {
    case .success(let found):
      delivery.headerGeneration = found.generation
      return .success(found.headers)
    case .failure(let failure): return .failure(failure)
    }
  }

  private func decide(
    after failure: AttemptFailure, _ call: Destination.Call, _ delivery: inout Delivery
  ) -> RetryMachine.Action {
    let request = RetryMachine.Request(
      messageBytes: delivery.request.protobuf.count, isCompressed: delivery.compressed != nil,
      mayBeIsolated: mayBeIsolated(delivery), hasProvidedHeaders: delivery.headerGeneration != nil)
    let action = delivery.machine.next(
      after: failure, of: request, now: loop.now, deadline: effective(delivery), random: &random)
    if case .wait(let end) = action { wait(&delivery, until: end, after: call) }
    // A single bad item is named when it is dropped; the server is well.
    if isIsolated(delivery, failure) { return action }
    // A resend for free is routine: servers end connections by GOAWAY.
    switch action {
    case .wait: reporter.attemptFailed(failure, willRetry: true, at: loop.now)
    case .giveUp: reporter.attemptFailed(failure, willRetry: false, at: loop.now)
    default: break
    }
    return action
  }
}

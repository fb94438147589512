internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// The state of one piece's delivery.
struct Delivery {
  var piece: Piece
  let number: Int
  let deadline: Deadline
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
  /// How many hurries there had been at the last decision.
  var hurries = 0
  /// The search for bad items, of the whole batch.
  var isolation: Isolation

  init(piece: Piece, number: Int, deadline: Deadline, policy: RetryPolicy, isolation: Isolation) {
    self.piece = piece
    self.number = number
    self.deadline = deadline
    self.isolation = isolation
    machine = RetryMachine(policy, wasConnected: piece.mayHaveBeenDelivered)
  }

  var request: EncodedRequest { piece.request }
}

extension ExportPipeline {
  /// Delivers a piece.
  /// - Returns: The pieces that are to be delivered in its place; none if it is settled.
  func deliver(_ delivery: inout Delivery, _ outcome: inout ExportOutcome) async -> [Piece] {
    if let pieces = splitBeforehand(delivery.piece) { return pieces }
    if isTooLarge(delivery.request) {
      dropTooLarge(delivery, limit: configuration.maxRequestSize, &outcome)
      return []
    }
    delivery.compressed = await compress(delivery.request)
    while true {
      guard let failure = await send(&delivery, &outcome) else { return [] }
      let action = decide(after: failure, &delivery, outcome)
      switch action {
      case .resend: continue
      case .resendUncompressed: delivery.compressed = nil
      case .resendWithNewHeaders:
        if let generation = delivery.headerGeneration { await headerSource?.refused(generation) }
      case .wait(let end):
        if await !sleep(delivery, until: end) {
          drop(delivery, .cancelled, &outcome)
          return []
        }
      case .split(let limit): return split(delivery, limit: limit, &outcome)
      case .isolate: return isolate(&delivery)
      case .giveUp(let reason):
        drop(&delivery, reason, failure, &outcome)
        return []
      }
    }
  }

  /// Sends once when its turn has come; nil if that settled the piece, or dropped it.
  private func send(_ delivery: inout Delivery, _ outcome: inout ExportOutcome) async -> AttemptFailure? {
    switch await admit(delivery) {
    case .stop(let reason):
      drop(delivery, reason, &outcome)
      return nil
    case .go(let call):
      let failure = await attempt(&delivery, &outcome)
      ended(call, failure)
      return failure
    }
  }

  /// Sends; nil if that settled the piece.
  private func attempt(_ delivery: inout Delivery, _ outcome: inout ExportOutcome) async -> AttemptFailure? {
    let deadline = RetryMachine.attemptDeadline(
      timeout: configuration.timeout, now: loop.now, deadline: effective(delivery.deadline))
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
    let wasRefused = delivery.lastFailure?.code == StatusTable.unimplemented
    let message = delivery.compressed ?? delivery.request.message
    let size = message.count
    let result = await transport.send(
      message, isCompressed: delivery.compressed != nil, headers: headers, deadline: deadline)
    switch result {
    case .accepted(let response):
      if wasRefused, delivery.compressed == nil, compressor != nil { rememberRefusedCompression() }
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
    after failure: AttemptFailure, _ delivery: inout Delivery, _ outcome: ExportOutcome
  ) -> RetryMachine.Action {
    delivery.hurries = calls.hurries
    let request = RetryMachine.Request(
      messageBytes: delivery.request.protobuf.count, isCompressed: delivery.compressed != nil,
      mayBeIsolated: mayBeIsolated(delivery, outcome), hasProvidedHeaders: delivery.headerGeneration != nil)
    let action = delivery.machine.next(
      after: failure, of: request, now: loop.now, deadline: effective(delivery.deadline), random: &random)
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

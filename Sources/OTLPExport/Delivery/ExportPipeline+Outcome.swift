internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

extension ExportPipeline {
  // MARK: Size

  /// The pieces of a request that is known to be too large; nil if it isn't, or can't be split.
  func splitBeforehand(_ piece: Piece) -> [Piece]? {
    guard piece.request.itemCount > 1 else { return nil }
    let count = piece.request.protobuf.count
    var limit = largestRequest
    if !configuration.limits.isEmpty,
      let learned = configuration.limits.limit(for: count, to: configuration.server, at: loop.now)
    {
      limit = min(limit, learned)
    }
    return count > limit ? pieces(of: piece, limit: limit) : nil
  }

  /// Beyond our own limit, and a single item (1.1.8). One beyond the server's is sent: the server may have changed.
  func isTooLarge(_ request: ExportRequest) -> Bool {
    request.protobuf.count > largestRequest && request.itemCount <= 1
  }

  /// Without a limit of ours it is that of gRPC, whose frames tell their length in 32 bits.
  private var largestRequest: Int {
    configuration.maxRequestSize > 0 ? configuration.maxRequestSize : ExportRequest.maxMessageBytes
  }

  /// The server found the piece too large. Where it names no limit, the larger half is the guess.
  func split(_ delivery: Delivery, limit: Int?, _ outcome: inout ExportOutcome) -> Remainder {
    guard delivery.piece.request.itemCount > 1 else {
      dropTooLarge(delivery, limit: limit, &outcome)
      return .settled
    }
    let size = delivery.request.protobuf.count
    let result = pieces(of: delivery.piece, limit: limit.map { LearnedLimit.pieces(told: $0, of: size) })
    let learned = limit ?? result.map(\.request.protobuf.count).max()
    if let learned,
      configuration.limits.learn(learned, refused: size, of: configuration.server, at: loop.now)
    {
      reporter.learned(limit: max(learned, LearnedLimit.least))
    }
    return .pieces(result)
  }

  func pieces(of piece: Piece, limit: Int?) -> [Piece] {
    var requests = limit.map { piece.request.split(maxMessageBytes: $0) } ?? []
    if requests.count <= 1, let (first, second) = piece.request.split() { requests = [first, second] }
    return requests.map { request in
      var part = piece
      part.request = request
      return part
    }
  }

  func dropTooLarge(_ delivery: Delivery, limit: Int?, _ outcome: inout ExportOutcome) {
    let bytes = delivery.request.protobuf.count
    let name = name(of: delivery.request)
    reporter.tooLarge(name, bytes: bytes, limit: limit)
    outcome.dropped[.tooLarge, default: 0] += delivery.request.itemCount
    let allowed = limit.map { "; \($0) are allowed" } ?? ""
    outcome.error = OTLPError(
      .tooLarge, "the span '\(name)' alone makes a request of \(bytes) bytes\(allowed)",
      status: delivery.lastFailure?.status)
  }

  /// The name of the first span, for messages.
  func name(of request: ExportRequest) -> String {
    let span = try? ExportRequestDecoder.decode(request.protobuf.array).first
    return (span?.name ?? "").sanitized(limit: 200)
  }

  // MARK: Ends

  /// The server took the request (1.3).
  func settle(_ delivery: Delivery, _ response: ExportResponse, _ outcome: inout ExportOutcome) {
    let count = delivery.request.itemCount
    let rejected = Int(min(max(response.rejectedItems, 0), Int64(count)))  // 1.3.7
    outcome.exported += count - rejected
    outcome.rejected += rejected
    guard response.hasPartialSuccess else { return }
    let message = response.errorMessage.sanitized(limit: 500)
    reporter.partialSuccess(rejected: rejected, of: count, message)
    if rejected > 0 {
      outcome.error = OTLPError(
        .partialSuccess, "the server rejected \(rejected) of \(count) items\(message.afterColon)")
    }
  }

  func drop(_ delivery: Delivery, _ reason: RetryMachine.Reason, _ outcome: inout ExportOutcome) {
    let dropReason = self.dropReason(reason, delivery)
    let error = self.error(reason, dropReason, delivery)
    outcome.dropped[dropReason, default: 0] += delivery.request.itemCount
    outcome.error = error
    reporter.dropped(delivery.request.itemCount, dropReason, error)
  }

  private func dropReason(_ reason: RetryMachine.Reason, _ delivery: Delivery) -> DropReason {
    switch reason {
    case .refused: .refused
    case .unreachable: delivery.lastFailure == nil ? timeoutOrShutdown(delivery) : .unreachable
    case .timeout: timeoutOrShutdown(delivery)
    // Who cancels an export before its time is the processor, whose own time for shutdown has passed.
    case .cancelled:
      if delivery.lastFailure != nil, delivery.machine.timeIsUp == .unreachable {
        .unreachable
      } else {
        timeIsOwn(delivery) && effective(delivery).hasPassed(at: loop.now) ? .timeout : .shutdown
      }
    // The last answer decides whether there is anybody at all.
    case .attemptsUsedUp: delivery.machine.timeIsUp == .unreachable ? .unreachable : .refused
    }
  }

  private func timeoutOrShutdown(_ delivery: Delivery) -> DropReason { timeIsOwn(delivery) ? .timeout : .shutdown }

  /// Whether the export's own time ends first, not a shutdown's. A processor that gives an export a time without outages
  /// sets a deadline beside it for a shutdown only.
  private func timeIsOwn(_ delivery: Delivery) -> Bool {
    guard let allowance = delivery.allowance else { return delivery.deadline < cutoff ?? .never }
    return destination.deadline(allowance, at: loop.now) < min(delivery.deadline, cutoff ?? .never)
  }

  /// Who refused: a request that was never sent, or an answer that breaks the protocol, isn't the server's refusal.
  private func refusal(_ last: AttemptFailure) -> String {
    switch last.origin {
    case .server: "the server refused the export"
    case .protocolViolation where last.fate == .neverProcessed: "the export can't be sent"
    default: "the export failed"
    }
  }

  /// What a user can act on: the reason, and the last failure in words.
  private func error(
    _ reason: RetryMachine.Reason, _ dropReason: DropReason, _ delivery: Delivery
  ) -> OTLPError {
    guard let last = delivery.lastFailure else {
      return dropReason == .shutdown
        ? OTLPError(.shutdown, "the exporter was shut down before the items could be sent")
        : OTLPError(.timeout, "the time for the export passed before it could be sent, or the server wants a pause")
    }
    let words = last.words
    if last.origin == .headerProvider { return OTLPError(.headerProvider, last.message, status: last.status) }
    if last.isTLS { return OTLPError(.tls, "no TLS connection to \(configuration.server): \(last.message)") }
    switch dropReason {
    case .refused: return OTLPError(.refused, "\(refusal(last)): \(words)", status: last.status)
    case .unreachable:
      return OTLPError(
        .unreachable, "no connection to \(configuration.server): \(last.message)", status: last.status)
    case .shutdown:
      return OTLPError(.shutdown, "shutdown's time passed; the last attempt: \(words)", status: last.status)
    default:
      return OTLPError(.timeout, "the time for the export passed; the last attempt: \(words)", status: last.status)
    }
  }
}

internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

// The ends of a part: accepted, replaced by smaller parts, set aside, or dropped.
extension Delivery {
  // After a search without any delivery the next batches aren't searched for this time.
  private static let pauseAfterVainIsolation = Duration.seconds(60)

  // MARK: Accepted

  /// The server accepted the request (1.3).
  func accept(_ response: ExportResponse, _ export: inout ExportState) {
    // The server refused the same message compressed.
    if export.part.isEncodingRefused, gzipRefusedAt == nil {
      gzipRefusedAt = client.connectionsMade
      reporter.compressionRefused()
    }
    nextIsolation = nil
    limits.accepted(export.part.request.protobuf.count, by: server)
    reporter.attemptSucceeded(at: loop.now)
    let count = export.part.request.itemCount
    let rejected = Int(min(max(response.rejectedItems, 0), Int64(count)))  // 1.3.7
    export.partAccepted(rejected: rejected)
    guard response.hasPartialSuccess else { return }
    let message = response.errorMessage.sanitized(limit: 500)
    reporter.partialSuccess(rejected: rejected, of: count, message)
    if rejected > 0 {
      export.outcome.error = OTLPError(
        .partialSuccess, "the server rejected \(rejected) of \(count) items\(message.afterColon)")
    }
  }

  // MARK: Size

  /// Splits a part that is known to be too large, and drops a single item above the configured limit (1.1.8). A single item
  /// above the server's limit is sent: the limit may have changed.
  /// - Returns: True if the part has ended.
  func splitBeforehand(_ export: inout ExportState) -> Bool {
    let request = export.part.request
    let size = request.protobuf.count
    guard request.itemCount > 1 else {
      guard size > maxMessageBytes else { return false }
      dropTooLarge(&export, limit: configuration.maxRequestSize)
      return true
    }
    let limit = min(maxMessageBytes, limits.limit(for: size, to: server, at: loop.now) ?? .max)
    guard size > limit else { return false }
    export.replacePart(with: export.part.split(limit: limit))
    return true
  }

  /// Splits a part whose own encoding is larger than the configured limit.
  /// - Returns: True if the part has ended.
  func splitEncoded(_ export: inout ExportState) -> Bool {
    guard let size = export.part.encoded?.withoutPrefix.count, size > maxMessageBytes else { return false }
    guard export.part.request.itemCount > 1 else {
      dropTooLarge(&export, limit: configuration.maxRequestSize)
      return true
    }
    // The encoding grows about as the message does. A part that is still too large is split again.
    let share = Double(maxMessageBytes) / Double(size) * 0.9
    export.replacePart(with: export.part.split(limit: Int(Double(export.part.request.protobuf.count) * share)))
    return true
  }

  /// The configured limit, or gRPC's: the message's prefix has 32 bits for the length.
  private var maxMessageBytes: Int {
    configuration.maxRequestSize > 0 ? configuration.maxRequestSize : ExportRequest.maxMessageBytes
  }

  /// The server refused the part for its size. If the server names no limit, the larger half is the guess.
  func split(_ export: inout ExportState, limit: Int?) {
    let size = export.part.request.protobuf.count
    guard export.part.request.itemCount > 1 else { return dropTooLarge(&export, limit: limit) }
    let parts = export.part.split(limit: limit.map { LearnedMessageLimit.partSize(limit: $0, of: size) })
    let learned = limit ?? parts.map(\.request.protobuf.count).max()
    if let learned, limits.learn(learned, refused: size, of: server, at: loop.now) {
      reporter.learned(limit: max(learned, LearnedMessageLimit.least))
    }
    export.replacePart(with: parts)
  }

  private func dropTooLarge(_ export: inout ExportState, limit: Int?) {
    let bytes = export.part.encoded?.withoutPrefix.count ?? export.part.request.protobuf.count
    let name = export.part.firstName
    let noun = export.signal.itemNoun
    reporter.tooLarge(name, bytes: bytes, limit: limit)
    let allowed = limit.map { "; \($0) are allowed" } ?? ""
    export.partDropped(
      .tooLarge,
      OTLPError(
        .tooLarge, "the \(noun) '\(name)' alone makes a request of \(bytes) bytes\(allowed)",
        status: export.part.lastFailure?.status))
  }

  // MARK: Isolation

  /// True if the part may be halved to find the item that the server refuses.
  func mayBeIsolated(_ export: ExportState) -> Bool {
    guard configuration.retry.isolatesRefusedItems else { return false }
    if let nextIsolation, loop.now < nextIsolation { return false }
    return export.isolation.maySplit(itemCount: export.part.request.itemCount)
  }

  /// Halves the part, or sets the part aside until the server has accepted another part.
  func isolate(_ export: inout ExportState) {
    if export.isolation.waits(hasAccepted: export.hasAccepted) { return export.setPartAside() }
    export.isolation.requestSplit()
    export.replacePart(with: export.part.split(limit: nil))
  }

  /// Halves the parts that were set aside if the server has accepted another part, and drops the items otherwise.
  func searchRefusedParts(_ export: inout ExportState) {
    while export.takeRefusedPart() {
      if export.hasAccepted, export.isolation.maySplit(itemCount: export.part.request.itemCount) {
        export.isolation.requestSplit()
        export.replacePart(with: export.part.split(limit: nil))
      } else {
        drop(.refused, &export)
      }
    }
  }

  /// The server refused every item of a batch: the next batches aren't searched for a while.
  func pauseIsolation() { nextIsolation = loop.now + Delivery.pauseAfterVainIsolation }

  // MARK: Dropped

  /// Drops the items of the part. A single bad item is reported by name.
  /// - Parameter reason: ``RetryStateMachine/Action/giveUp(_:)``'s reason, in which time and cancellation are not yet told
  ///   apart from shutdown.
  func drop(_ reason: DropReason, _ export: inout ExportState) {
    let reason = dropReason(reason, export)
    let count = export.part.request.itemCount
    guard reason == .refused, export.part.isSingleBadItem, let failure = export.part.lastFailure else {
      let error = error(reason, export)
      reporter.dropped(count, reason, error)
      return export.partDropped(reason, error)
    }
    export.isolation.itemFound()
    let name = export.part.firstName
    let noun = export.signal.itemNoun
    let error = OTLPError(
      .refused, "the server refuses the \(noun) '\(name)': \(failure.text)", status: failure.status)
    reporter.dropped(count, reason, error)
    reporter.refused(name, failure)
    export.partDropped(reason, error)
  }

  private func dropReason(_ reason: DropReason, _ export: ExportState) -> DropReason {
    let hasFailed = export.part.lastFailure != nil
    switch reason {
    case .timeout: return timeoutOrShutdown(export)
    case .unreachable: return hasFailed ? .unreachable : timeoutOrShutdown(export)
    case .shutdown:
      if hasFailed, export.part.retry.timeoutReason == .unreachable { return .unreachable }
      // The processor cancels an export after the export's or its own shutdown's deadline.
      return ownTimeEndsFirst(export) && softDeadline(export).hasPassed(at: loop.now) ? .timeout : .shutdown
    default: return reason
    }
  }

  private func timeoutOrShutdown(_ export: ExportState) -> DropReason {
    ownTimeEndsFirst(export) ? .timeout : .shutdown
  }

  /// True if the export's own time ends before a shutdown's. A processor that sets an allowance sets the deadline for its
  /// own shutdown only.
  private func ownTimeEndsFirst(_ export: ExportState) -> Bool {
    guard let allowance = export.allowance else { return export.deadline < cutoffs[export.signal] ?? .never }
    return destination.deadline(allowance, at: loop.now) < hardDeadline(export)
  }

  /// The error that a user can act on: the reason, and the last failure.
  private func error(_ reason: DropReason, _ export: ExportState) -> OTLPError {
    guard let last = export.part.lastFailure else {
      return reason == .shutdown
        ? OTLPError(.shutdown, "the exporter was shut down before the items could be sent")
        : OTLPError(.timeout, "the time for the export passed before it could be sent, or the server wants a pause")
    }
    if case .headerProvider = last.origin { return OTLPError(.headerProvider, last.message, status: last.status) }
    if last.isTLS { return OTLPError(.tls, "no TLS connection to \(server): \(last.message)") }
    switch reason {
    case .refused: return OTLPError(.refused, "\(refusal(last)): \(last.text)", status: last.status)
    case .unreachable:
      return OTLPError(.unreachable, "no connection to \(server): \(last.message)", status: last.status)
    case .shutdown:
      return OTLPError(
        .shutdown, "shutdown's time passed; the last attempt: \(export.part.failureText)", status: last.status)
    default:
      return OTLPError(
        .timeout, "the time for the export passed; the last attempt: \(export.part.failureText)", status: last.status)
    }
  }

  /// The subject of a refusal: only a status from the server is the server's.
  private func refusal(_ last: AttemptFailure) -> String {
    switch last.origin {
    case .server: "the server refused the export"
    case .protocolViolation where last.fate == .neverProcessed: "the export can't be sent"
    default: "the export failed"
    }
  }
}

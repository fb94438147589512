internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

// One span that the server can't take doesn't take its neighbours along: what is refused as INVALID_ARGUMENT is halved
// until the bad span is alone.
extension ExportPipeline {
  // A search that found nothing to deliver isn't repeated for each batch.
  private static let pauseAfterVainSearch = Duration.seconds(60)

  func mayBeIsolated(_ delivery: Delivery) -> Bool {
    guard configuration.retry.isolatesRefusedSpans else { return false }
    if let nextIsolation, loop.now < nextIsolation { return false }
    return delivery.isolation.maySplit(itemCount: delivery.request.itemCount)
  }

  /// Whether the failure is about a single item.
  func isIsolated(_ delivery: Delivery, _ failure: AttemptFailure) -> Bool {
    delivery.request.itemCount == 1 && failure.isInvalidArgument
  }

  func isolate(_ delivery: inout Delivery, _ outcome: ExportOutcome) -> Remainder {
    if delivery.isolation.waits(hasAccepted: outcome.exported + outcome.rejected > 0) { return .refused }
    delivery.isolation.split()
    return .pieces(pieces(of: delivery.piece, limit: nil))
  }

  /// What waited for the server to take something: the next pieces of it, or all of it is dropped.
  func searchRefused(
    _ refused: inout [Delivery], _ isolation: inout Isolation, _ record: inout ExportRecord,
    _ outcome: inout ExportOutcome
  ) -> [Piece] {
    let hasAccepted = outcome.exported + outcome.rejected > 0
    while !refused.isEmpty {
      var delivery = refused.removeFirst()
      if hasAccepted, isolation.maySplit(itemCount: delivery.request.itemCount) {
        isolation.split()
        return pieces(of: delivery.piece, limit: nil)
      }
      drop(delivery, .refused, &outcome)
      delivery.bytes = 0  // counted before
      record.add(delivery, hasParts: false, outcome)
    }
    return []
  }

  /// Drops what the machine gave up, and names the item if it is a single bad one.
  func drop(
    _ delivery: inout Delivery, _ reason: RetryMachine.Reason, _ failure: AttemptFailure,
    _ outcome: inout ExportOutcome
  ) {
    drop(delivery, reason, &outcome)
    guard isIsolated(delivery, failure) else { return }
    delivery.isolation.foundOne()
    let name = name(of: delivery.request)
    reporter.refused(name, failure)
    outcome.error = OTLPError(
      .refused, "the server refuses the span '\(name)': \(failure.words)", status: failure.status)
  }

  func isolationEnded(_ isolation: Isolation, _ outcome: ExportOutcome) {
    guard isolation.splits > 0, outcome.dropped[.refused] == outcome.total else { return }
    nextIsolation = loop.now + ExportPipeline.pauseAfterVainSearch
  }
}

internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

// One span that the server can't take doesn't take its neighbours along: what is refused as INVALID_ARGUMENT is halved
// until the bad span is alone.
extension ExportPipeline {
  // A search that found nothing to deliver isn't repeated for each batch.
  private static let pauseAfterVainSearch = Duration.seconds(60)

  func mayBeIsolated(_ delivery: Delivery, _ outcome: ExportOutcome) -> Bool {
    if let nextIsolation, loop.now < nextIsolation { return false }
    return delivery.isolation.maySplit(
      itemCount: delivery.request.itemCount, hasAccepted: outcome.exported + outcome.rejected > 0)
  }

  /// Whether the failure is about a single item.
  func isIsolated(_ delivery: Delivery, _ failure: AttemptFailure) -> Bool {
    delivery.request.itemCount == 1 && failure.isInvalidArgument
  }

  func isolate(_ delivery: inout Delivery) -> [Piece] {
    delivery.isolation.split()
    return pieces(of: delivery.piece, limit: nil)
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
      .refused, "the server refuses the span '\(name)': \(failure.status): \(failure.message)", status: failure.status)
  }

  func isolationEnded(_ isolation: Isolation, _ outcome: ExportOutcome) {
    guard isolation.splits > 0, outcome.dropped[.refused] == outcome.total else { return }
    nextIsolation = loop.now + ExportPipeline.pauseAfterVainSearch
  }
}

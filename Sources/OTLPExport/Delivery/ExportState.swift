internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// All of one export: its time, the parts of its batch, its outcome, and the values for its metrics.
///
/// ```
///               ┌────────── beginNextPart ──────────┐
///               ▼                                   │
///  batch ▶ part in progress ──▶ accepted, dropped   │
///               ▲    │ └─ replacePart ──▶ waiting ──┘
///               │    └─ setPartAside ──▶ refused ─┐
///               └────── takeRefusedPart ──────────┘ when none is waiting
/// ```
struct ExportState {
  let number: Int
  let start: MonotonicInstant
  /// The caller's deadline, which no outage moves.
  let deadline: Deadline
  /// The time that the export may take without outages; nil if only the deadline counts.
  var allowance: UptimeClock.Allowance?
  var outcome = ExportOutcome()
  /// The search for the items that the server refuses, over all parts.
  var isolation: Isolation
  /// The part in progress.
  var part: Part
  /// The parts that follow, the next part last.
  private var waiting: [Part] = []
  /// The refused parts that wait for the server to accept another part before the search goes on.
  private var refused: [Part] = []

  /// The bytes of the messages that were sent over a connection.
  var requestBytes = 0
  /// The status of the last attempt; nil before the first.
  private(set) var status: String?
  /// The dropped items by `error.type`; nil while none are dropped.
  private(set) var failures: [String: Int]?
  /// The last `error.type`.
  private(set) var errorType: String?

  init(
    _ request: ExportRequest, number: Int, start: MonotonicInstant, deadline: Deadline,
    allowance: UptimeClock.Allowance?, policy: OTLPRetryPolicy
  ) {
    self.number = number
    self.start = start
    self.deadline = deadline
    self.allowance = allowance
    part = Part(request, RetryStateMachine(policy))
    isolation = Isolation(itemCount: request.itemCount)
  }

  var signal: OTLPSignal { part.request.signal }

  /// True if the server has accepted a part of the batch.
  var hasAccepted: Bool { outcome.exported + outcome.rejected > 0 }

  mutating func attemptBegan() {
    outcome.attempts += 1
    outcome.possibleDuplicates += part.attemptBegan()
  }

  // MARK: The ends of a part

  mutating func partAccepted(rejected: Int) {
    outcome.exported += part.request.itemCount - rejected
    outcome.rejected += rejected
    status = ExporterMetrics.acceptedStatus
  }

  mutating func partDropped(_ reason: DropReason, _ error: OTLPError) {
    let count = part.request.itemCount
    outcome.dropped[reason, default: 0] += count
    outcome.error = error
    partFailed()
    let type = error.metricType
    failures = failures ?? [:]
    failures?[type, default: 0] += count
    errorType = type
  }

  /// Smaller parts take the place of the part in progress. The first part is sent first.
  mutating func replacePart(with parts: [Part]) {
    partFailed()
    waiting.append(contentsOf: parts.reversed())
  }

  /// The search for bad items in the part waits until the server has accepted another part.
  mutating func setPartAside() {
    partFailed()
    refused.append(part)
  }

  private mutating func partFailed() {
    if let failure = part.lastFailure { status = failure.status }
  }

  // MARK: The next part

  /// - Returns: False if no part is left.
  mutating func beginNextPart() -> Bool {
    guard let next = waiting.popLast() else { return false }
    part = next
    return true
  }

  /// Takes up the first part that was set aside if no other part is waiting.
  /// - Returns: False if there is none.
  mutating func takeRefusedPart() -> Bool {
    guard waiting.isEmpty, !refused.isEmpty else { return false }
    part = refused.removeFirst()
    return true
  }
}

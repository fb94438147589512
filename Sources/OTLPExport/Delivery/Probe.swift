internal import TelemetryCore

/// A call that began while the server was down, in a task of its own, so that it can be given up when the server is back.
struct Probe {
  let start: MonotonicInstant
  let task: Task<AttemptResult, Never>
  /// A later call was answered, this one was given up.
  var isOvertaken = false
}

extension AttemptFailure {
  /// The attempt was given up because the server answers later ones.
  static func overtaken(_ fate: Fate) -> AttemptFailure {
    AttemptFailure(
      code: StatusTable.deadlineExceeded, status: "DEADLINE_EXCEEDED",
      message: "no response, while the server answers later requests", origin: .deadline, fate: fate,
      isUnconnected: fate == .neverProcessed)
  }
}

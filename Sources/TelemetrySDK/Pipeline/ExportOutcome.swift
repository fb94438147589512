/// The result of the export of a batch. The counts of items sum to the size of the batch; the processor corrects wrong
/// counts.
public struct ExportOutcome: Sendable {
  /// Items that the back end accepted.
  public var exported: Int
  /// Items that the back end rejected within an accepted request (partial success).
  public var rejected: Int
  /// Items that were dropped, by reason.
  public var dropped: [DropReason: Int]
  /// Items that the back end may have received twice. They are also in the other counts.
  public var possibleDuplicates: Int
  /// Requests that were sent or tried.
  public var attempts: Int
  /// The last error, for messages. Contains no secrets.
  public var error: (any Error)?

  /// Makes an outcome.
  public init(
    exported: Int = 0, rejected: Int = 0, dropped: [DropReason: Int] = [:], possibleDuplicates: Int = 0,
    attempts: Int = 0, error: (any Error)? = nil
  ) {
    self.exported = exported
    self.rejected = rejected
    self.dropped = dropped
    self.possibleDuplicates = possibleDuplicates
    self.attempts = attempts
    self.error = error
    shorthand = nil
  }

  private enum Shorthand: Sendable {
    case success
    case failure
    case partial(rejected: Int)
  }

  // A shorthand has no counts until `resolved(count:)` derives them from the size of the batch.
  private var shorthand: Shorthand?

  private init(_ shorthand: Shorthand, error: (any Error)? = nil) {
    self.init(attempts: 1, error: error)
    self.shorthand = shorthand
  }

  /// All items were delivered.
  public static var success: ExportOutcome { ExportOutcome(.success) }

  /// No item was delivered: all count as dropped (``DropReason/exporterFailed``).
  public static func failure(_ error: any Error) -> ExportOutcome { ExportOutcome(.failure, error: error) }

  /// All items but `rejected` were delivered; `message` is the reason.
  public static func partial(rejected: Int, message: String) -> ExportOutcome {
    ExportOutcome(.partial(rejected: rejected), error: ExportMessage(description: message))
  }

  /// The outcome with its counts for a batch of `count` items.
  package func resolved(count: Int) -> ExportOutcome {
    var result = self
    result.shorthand = nil
    switch shorthand {
    case .success: result.exported = count
    case .failure: result.dropped = [.exporterFailed: count]
    case .partial(let rejected):
      result.rejected = min(max(0, rejected), count)
      result.exported = count - result.rejected
    case nil: break
    }
    return result
  }

  /// The sum of all counts.
  package var total: Int { exported.saturatingSum(rejected).saturatingSum(dropped.values.saturatingSum) }
}

extension ExportOutcome {
  /// Corrects an outcome that doesn't account for its batch: missing items count as dropped. If the counts sum to more
  /// than `count`, losses take precedence over deliveries. Duplicates are at most `count`, and no count is negative.
  /// - Returns: The corrected outcome, and true if the outcome had to be corrected.
  func balanced(count: Int) -> (ExportOutcome, isCorrected: Bool) {
    var result = resolved(count: count)
    result.possibleDuplicates = min(max(0, possibleDuplicates), count)
    result.attempts = max(0, attempts)
    var isCorrected = result.possibleDuplicates != possibleDuplicates || result.attempts != attempts
    let isSound = result.exported >= 0 && result.rejected >= 0 && result.dropped.values.allSatisfy { $0 >= 0 }
    if isSound, result.total == count { return (result, isCorrected) }
    isCorrected = true
    var left = count
    func claim(_ claimed: Int) -> Int {
      let granted = min(max(0, claimed), left)
      left -= granted
      return granted
    }
    var dropped: [DropReason: Int] = [:]
    for reason in DropReason.allCases {
      if let claimed = result.dropped[reason] { dropped[reason] = claim(claimed) }
    }
    result.rejected = claim(result.rejected)
    result.exported = claim(result.exported)
    if left > 0 { dropped[.exporterFailed, default: 0] += left }
    result.dropped = dropped
    return (result, isCorrected)
  }
}

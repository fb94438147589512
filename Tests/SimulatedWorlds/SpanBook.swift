import OTLPTesting
import OTLPWire
import TelemetrySDK

/// A world's own record of each span and batch, against which the pipeline's ledger is checked: a model of the queue, and
/// the arrivals at the servers.
struct SpanBook {
  struct Batch {
    var numbers: [Int]
    var outcome: ExportOutcome?
    /// The counts that the servers' responses reported.
    var reportedExported = 0
    var reportedRejected = 0
    var bytes: Int
  }

  private struct Entry {
    var bytes: Int
    var batch: Int?
    var arrivals = 0
  }

  private var entries: [Entry] = []
  private(set) var batches: [Batch] = []
  /// The spans in the queue, in order.
  private var queue: ArraySlice<Int> = []
  /// The spans that left the queue for an export that has not begun, or that shutdown discarded.
  private var taken: ArraySlice<Int> = []
  private(set) var queueBytes = 0
  private(set) var takenBytes = 0
  private(set) var runningBytes = 0
  private(set) var running = 0
  private(set) var faults: [String] = []

  var ended: Int { entries.count }

  // MARK: The queue

  /// Removes spans from the front until `queued` are left, as the processor did.
  mutating func synchronize(queued: Int) {
    while queue.count > queued, let number = queue.popFirst() {
      taken.append(number)
      queueBytes -= entries[number].bytes
      takenBytes += entries[number].bytes
    }
    if queue.count < queued { faults.append("\(queued) spans are queued, \(queue.count) can be") }
  }

  /// Records the end of a span, for which `dropped` spans were dropped: the oldest ones, or the span itself.
  mutating func end(bytes: Int, dropped: Int, evicts: Bool) {
    entries.append(Entry(bytes: bytes))
    if dropped == 0 || evicts {
      for _ in 0..<dropped {
        guard let oldest = queue.popFirst() else {
          faults.append("a span was dropped from an empty queue")
          break
        }
        queueBytes -= entries[oldest].bytes
      }
      queue.append(entries.count - 1)
      queueBytes += bytes
    } else if dropped > 1 {
      faults.append("\(dropped) spans were dropped for one that wasn't queued")
    }
  }

  // MARK: Exports

  /// Records the start of an export, which must have the next spans in the order of their ends.
  ///
  /// - Returns: The number of the batch.
  mutating func begin(_ spans: [SpanData]) -> Int {
    let numbers = spans.map { Int($0.spanID.value) - 1 }
    if Array(taken.prefix(numbers.count)) != numbers {
      faults.append("a batch of \(numbers.prefix(3))… was exported, not \(taken.prefix(3))…")
    }
    taken = taken.dropFirst(numbers.count)
    var bytes = 0
    for number in numbers where entries.indices.contains(number) {
      if entries[number].batch != nil { faults.append("span \(number) was handed to the exporter twice") }
      entries[number].batch = batches.count
      bytes += entries[number].bytes
    }
    takenBytes -= bytes
    runningBytes += bytes
    running += 1
    batches.append(Batch(numbers: numbers, bytes: bytes))
    return batches.count - 1
  }

  mutating func end(_ batch: Int, _ outcome: ExportOutcome) {
    batches[batch].outcome = outcome
    runningBytes -= batches[batch].bytes
    running -= 1
    check(batches[batch], "batch \(batch)")
  }

  // MARK: The servers

  /// Records an accepted request.
  mutating func accepted(_ request: LoopbackCollector.Request, _ response: LoopbackCollector.Response) {
    guard let first = request.spanIDs.first, let batch = batch(of: first) else {
      faults.append("a server accepted a request of unknown spans: \(request.spanIDs.prefix(3))")
      return
    }
    for id in request.spanIDs {
      if self.batch(of: id) == batch {
        entries[Int(id) - 1].arrivals += 1
      } else {
        faults.append("a server accepted span \(id) in a request of batch \(batch)")
      }
    }
    guard let rejected = response.reportedRejected else { return }
    let count = request.spanIDs.count
    let clamped = Int(min(max(rejected, 0), Int64(count)))
    batches[batch].reportedExported += count - clamped
    batches[batch].reportedRejected += clamped
  }

  private func batch(of id: UInt64) -> Int? {
    guard id >= 1, id <= UInt64(entries.count) else { return nil }
    return entries[Int(id) - 1].batch
  }

  // MARK: Laws

  /// Checks a batch after the end of its export.
  private mutating func check(_ batch: Batch, _ name: String) {
    guard let outcome = batch.outcome else { return }
    let arrived = batch.numbers.count { entries[$0].arrivals > 0 }
    func fault(_ what: String) {
      faults.append(
        "\(name) of \(batch.numbers.count): \(what): \(outcome.text); \(arrived) arrived, servers reported "
          + "\(batch.reportedExported) accepted and \(batch.reportedRejected) rejected")
    }
    if outcome.total != batch.numbers.count { fault("the outcome doesn't account for it") }
    if outcome.exported > batch.reportedExported { fault("more is counted as exported") }
    if outcome.rejected > batch.reportedRejected { fault("more is counted as rejected") }
    if outcome.exported + outcome.rejected > arrived { fault("less arrived") }
  }

  /// Checks all batches at the end of the simulation.
  mutating func checkEnd() {
    for (index, batch) in batches.enumerated() {
      check(batch, "at the end batch \(index)")
      guard let outcome = batch.outcome else {
        faults.append("batch \(index) of \(batch.numbers.count) never ended")
        continue
      }
      let arrived = batch.numbers.count { entries[$0].arrivals > 0 }
      let twice = batch.numbers.count { entries[$0].arrivals > 1 }
      if twice > outcome.possibleDuplicates {
        faults.append("batch \(index): \(twice) spans arrived more than once: \(outcome.text)")
      }
      if outcome.possibleDuplicates > batch.numbers.count {
        faults.append("batch \(index): more possible duplicates than spans: \(outcome.text)")
      }
      // A dropped span may have arrived, unless it was never sent. A span that was too large can have arrived only in an
      // earlier attempt.
      let possiblyArrived: [DropReason] =
        [.timeout, .shutdown, .refused] + (outcome.possibleDuplicates > 0 ? [.tooLarge] : [])
      let mayArrive = possiblyArrived.reduce(outcome.exported + outcome.rejected) { $0 + (outcome.dropped[$1] ?? 0) }
      if arrived > mayArrive { faults.append("batch \(index): \(arrived) spans arrived: \(outcome.text)") }
    }
  }

  /// The sum of all outcomes.
  var outcomes: ExportOutcome {
    batches.reduce(into: ExportOutcome()) { sum, batch in
      guard let outcome = batch.outcome else { return }
      sum.exported += outcome.exported
      sum.rejected += outcome.rejected
      sum.possibleDuplicates += outcome.possibleDuplicates
      sum.dropped.merge(outcome.dropped, uniquingKeysWith: +)
    }
  }
}

extension ExportOutcome {
  var text: String {
    let reasons = dropped.sorted { "\($0.key)" < "\($1.key)" }.map { "\($0.key) \($0.value)" }
    return "exported \(exported), rejected \(rejected), dropped [\(reasons.joined(separator: ", "))], "
      + "possible duplicates \(possibleDuplicates), attempts \(attempts), error \(error.map { "\($0)" } ?? "none")"
  }
}

extension LoopbackCollector.Response {
  /// The number of rejected spans of a valid success, or nil if the response is none.
  var reportedRejected: Int64? {
    guard let accepted = steps.firstIndex(of: .accept) else { return nil }
    var rejected: Int64?
    for step in steps[accepted...] {
      switch step {
      case .data(let bytes, let endStream):
        guard !endStream, bytes.count >= 5, bytes[0] == 0,
          let message = try? ExportResponse(protobuf: Array(bytes.dropFirst(5)))
        else { return nil }
        rejected = message.rejectedItems
      case .trailers(let fields):
        // OK without a message is a success too (RULES D18).
        return fields.contains(.init("grpc-status", "0")) ? rejected ?? 0 : nil
      case .headers(let fields, endStream: true):
        return fields.contains(.init("grpc-status", "0")) ? 0 : nil
      default: break
      }
    }
    return nil
  }
}

import OTLPTesting
import OTLPWire
import TelemetrySDK

/// What the world knows of each span and batch beside what the pipeline says of itself: the model of the queue, and
/// what arrived where.
struct SpanBook {
  struct Batch {
    var numbers: [Int]
    var outcome: ExportOutcome?
    /// What servers said that they accepted and rejected.
    var saidExported = 0
    var saidRejected = 0
    var bytes: Int
  }

  private struct Entry {
    var bytes: Int
    var batch: Int?
    var arrivals = 0
  }

  private var entries: [Entry] = []
  private(set) var batches: [Batch] = []
  /// Spans in the queue, in order.
  private var queue: ArraySlice<Int> = []
  /// Spans that left the queue for an export that hasn't begun, or were discarded by shutdown.
  private var taken: ArraySlice<Int> = []
  private(set) var queueBytes = 0
  private(set) var takenBytes = 0
  private(set) var runningBytes = 0
  private(set) var running = 0
  private(set) var faults: [String] = []

  var ended: Int { entries.count }

  // MARK: The queue

  /// The queue has become shorter at its front by itself.
  mutating func synchronize(queued: Int) {
    while queue.count > queued, let number = queue.popFirst() {
      taken.append(number)
      queueBytes -= entries[number].bytes
      takenBytes += entries[number].bytes
    }
    if queue.count < queued { faults.append("\(queued) spans are queued, \(queue.count) can be") }
  }

  /// A span ended; `dropped` spans were dropped at the queue for it, the oldest or itself.
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

  /// A batch is handed to the exporter: the next spans in the order of their ends, each once.
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

  /// A server accepted a request.
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
    guard let rejected = response.saidRejected else { return }
    let count = request.spanIDs.count
    let clamped = Int(min(max(rejected, 0), Int64(count)))
    batches[batch].saidExported += count - clamped
    batches[batch].saidRejected += clamped
  }

  private func batch(of id: UInt64) -> Int? {
    guard id >= 1, id <= UInt64(entries.count) else { return nil }
    return entries[Int(id) - 1].batch
  }

  // MARK: Laws

  /// What holds for a batch as soon as its export has ended.
  private mutating func check(_ batch: Batch, _ name: String) {
    guard let outcome = batch.outcome else { return }
    let arrived = batch.numbers.count { entries[$0].arrivals > 0 }
    func fault(_ what: String) {
      faults.append(
        "\(name) of \(batch.numbers.count): \(what): \(outcome.text); \(arrived) arrived, servers said that "
          + "\(batch.saidExported) are accepted and \(batch.saidRejected) rejected")
    }
    if outcome.total != batch.numbers.count { fault("the outcome doesn't account for it") }
    if outcome.exported > batch.saidExported { fault("more is counted as exported") }
    if outcome.rejected > batch.saidRejected { fault("more is counted as rejected") }
    if outcome.exported + outcome.rejected > arrived { fault("less arrived") }
  }

  /// What holds for every batch once nothing is under way.
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
      // A span may arrive and be given up all the same; not one that was never sent, nor, unless it was sent before, one
      // that was refused for its size.
      let doubtful: [DropReason] =
        [.timeout, .shutdown, .refused] + (outcome.possibleDuplicates > 0 ? [.tooLarge] : [])
      let mayArrive = doubtful.reduce(outcome.exported + outcome.rejected) { $0 + (outcome.dropped[$1] ?? 0) }
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
  /// How many spans a proper success says that it rejected; nil if the answer is none.
  var saidRejected: Int64? {
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
        // RULES D18: OK without a message is a success too.
        return fields.contains(.init("grpc-status", "0")) ? rejected ?? 0 : nil
      case .headers(let fields, endStream: true):
        return fields.contains(.init("grpc-status", "0")) ? 0 : nil
      default: break
      }
    }
    return nil
  }
}

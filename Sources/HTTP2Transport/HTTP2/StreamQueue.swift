internal import TelemetryCore

/// The requests that wait for a stream, in order.
struct StreamQueue {
  /// A request that waits for a stream.
  // SAFETY: the continuation is resumed by the code that removes the entry from the queue.
  @safe
  struct Entry {
    let id: UInt64
    let request: HTTP2Request
    let deadline: Deadline
    let continuation: UnsafeContinuation<HTTP2Response, Never>

    /// Answers the request, of which nothing was sent.
    func fail(_ failure: HTTP2Failure) {
      unsafe continuation.resume(returning: HTTP2Response(failure: failure, fate: .neverProcessed))
    }
  }

  private var entries: [Entry] = []

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  /// The earliest deadline of a request.
  var earliestDeadline: Deadline { entries.map(\.deadline).min() ?? .never }

  mutating func append(_ entry: Entry) { entries.append(entry) }

  /// Removes the oldest request.
  mutating func removeFirst() -> Entry { entries.removeFirst() }

  /// Removes the request with this id.
  mutating func remove(_ id: UInt64) -> Entry? {
    entries.firstIndex { $0.id == id }.map { entries.remove(at: $0) }
  }

  /// Removes the oldest requests.
  mutating func removeFirst(atMost count: Int) -> ArraySlice<Entry> {
    let removed = entries.prefix(count)
    entries.removeFirst(removed.count)
    return removed
  }

  /// Removes the requests with passed deadlines.
  mutating func removeExpired(at now: MonotonicInstant) -> [Entry] {
    let expired = entries.filter { $0.deadline.hasPassed(at: now) }
    entries.removeAll { $0.deadline.hasPassed(at: now) }
    return expired
  }
}

#if PostgreSQL
  /// Counts the server's internal errors for each batch. Most of them pass by themselves, but a batch that always causes one would be
  /// tried for ever, and keep the others waiting.
  struct InternalErrors {
    /// So many tries of a batch may end with an internal error, without another end between them.
    static let mostTries = 5
    // As many as there can be connections, each with a batch.
    private static let mostBatches = 100

    private var counts: [(batch: UInt64, tries: Int)] = []

    /// True if no batch had an internal error: the ends of tries needn't be told.
    var isEmpty: Bool { counts.isEmpty }

    /// A try of a batch ended with an internal error.
    /// - Parameter batch: Identifies the batch by its content.
    /// - Returns: True if the batch is not to be tried again.
    mutating func failed(_ batch: UInt64) -> Bool {
      let tries = (counts.first { $0.batch == batch }?.tries ?? 0) + 1
      ended(batch)
      guard tries < Self.mostTries else { return true }
      if counts.count == Self.mostBatches { counts.removeFirst() }
      counts.append((batch, tries))
      return false
    }

    /// A try of a batch ended otherwise.
    mutating func ended(_ batch: UInt64) { counts.removeAll { $0.batch == batch } }
  }
#endif

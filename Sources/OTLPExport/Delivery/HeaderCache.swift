package import TelemetryCore

/// Headers for requests, and a number that tells them from those before and after.
package struct CallHeaders: Sendable {
  package let headers: OTLPHeaders
  package let generation: Int
}

/// Decides when a header provider is asked: when there are no valid headers, and by one at a time. Pure.
package struct HeaderCache: Sendable {
  /// What to do for a request that needs headers.
  package enum Answer: Sendable {
    case use(CallHeaders)
    /// The provider is being asked.
    case wait
    /// Ask the provider, and wait.
    case ask
  }

  private var current: CallHeaders?
  private var end: MonotonicInstant?
  private var generation = 0
  /// Whether the provider is being asked.
  package private(set) var isAsking = false

  package init() {}

  package mutating func need(at now: MonotonicInstant) -> Answer {
    if let end, end <= now {
      current = nil
      self.end = nil
    }
    if let current { return .use(current) }
    if isAsking { return .wait }
    isAsking = true
    return .ask
  }

  /// The provider has answered.
  /// - Returns: What all who wait get.
  package mutating func answered(
    _ headers: OTLPHeaders, validFor validity: Duration?, at now: MonotonicInstant
  ) -> CallHeaders {
    isAsking = false
    generation += 1
    let result = CallHeaders(headers: headers, generation: generation)
    current = result
    end = validity.map { now + $0 }
    return result
  }

  /// The provider has failed.
  package mutating func failed() { isAsking = false }

  /// The server didn't take the headers of `generation`. If newer ones are there, those are to be tried.
  package mutating func refused(_ generation: Int) {
    guard current?.generation == generation else { return }
    current = nil
    end = nil
  }
}

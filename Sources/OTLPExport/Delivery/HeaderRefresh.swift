package import TelemetryCore

/// Headers from the provider, with a number that distinguishes earlier and later headers.
package struct HeaderGeneration: Sendable {
  package let headers: OTLPHeaders
  package let generation: Int
}

/// Decides when a header provider is called: when no valid headers are known, no two calls at once. Pure.
///
/// ```
///                 need ▶ call                  callReturned
///  no headers ──────────────────▶ calling ────────────────────▶ headers
///   ▲  ▲                          │  │ └─ callTimedOut ▶ no headers, while the call is hanging
///   │  └───── callFailed ─────────┘  │
///   └── expired, or refused(generation) ◀──────────────────────┘
/// ```
/// A result that arrives after the time-out is used, unless a later call has returned before.
package struct HeaderRefresh: Sendable {
  /// The step for a request that needs headers.
  package enum Action: Sendable {
    case use(HeaderGeneration)
    /// A call of the provider is in progress.
    case wait
    /// Start the provider's call of this number, and wait.
    case call(Int)
  }

  /// The most calls that may hang. At that number no further call is started.
  package static let mostHanging = 4

  private var current: HeaderGeneration?
  private var end: MonotonicInstant?
  private var generation = 0
  /// The call in progress.
  private var call: Int?
  private var calls = 0
  /// The call that gave the current headers.
  private var lastReturned = 0
  /// The number of calls that timed out and have not returned.
  package private(set) var hanging = 0

  package init() {}

  package var isCalling: Bool { call != nil }

  /// A request needs headers.
  package mutating func need(at now: MonotonicInstant) -> Action {
    if let end, end <= now {
      current = nil
      self.end = nil
    }
    if let current { return .use(current) }
    guard call == nil, hanging < HeaderRefresh.mostHanging else { return .wait }
    calls += 1
    call = calls
    return .call(calls)
  }

  /// A call of the provider returned.
  /// - Returns: The headers for all waiting requests; nil if a later call has returned before.
  package mutating func callReturned(
    _ number: Int, _ headers: OTLPHeaders, validFor validity: Duration?, at now: MonotonicInstant
  ) -> HeaderGeneration? {
    callEnded(number)
    guard number > lastReturned else { return nil }
    lastReturned = number
    generation += 1
    let result = HeaderGeneration(headers: headers, generation: generation)
    current = result
    end = validity.map { now + $0 }
    return result
  }

  /// A call of the provider failed.
  /// - Returns: True if that call was in progress, false after its time-out.
  package mutating func callFailed(_ number: Int) -> Bool { callEnded(number) }

  /// A call of the provider takes too long.
  /// - Returns: True if that call was in progress.
  package mutating func callTimedOut(_ number: Int) -> Bool {
    guard call == number else { return false }
    call = nil
    hanging += 1
    return true
  }

  @discardableResult
  private mutating func callEnded(_ number: Int) -> Bool {
    guard call == number else {
      hanging -= 1
      return false
    }
    call = nil
    return true
  }

  /// The server refused the headers of `generation`. Newer headers stay valid.
  package mutating func refused(_ generation: Int) {
    guard current?.generation == generation else { return }
    current = nil
    end = nil
  }
}

package import TelemetryCore

/// Headers for requests, and a number that tells them from those before and after.
package struct CallHeaders: Sendable {
  package let headers: OTLPHeaders
  package let generation: Int
}

/// Decides when a header provider is asked: when there are no valid headers, and once at a time. A call of the provider
/// that takes too long is given up, so that the provider is asked again; what it still says is taken. Pure.
package struct HeaderCache: Sendable {
  /// What to do for a request that needs headers.
  package enum Answer: Sendable {
    case use(CallHeaders)
    /// The provider is being asked.
    case wait
    /// Call the provider for the question of this number, and wait.
    case ask(Int)
  }

  /// The most calls of the provider that may hang. While so many do none is started.
  package static let mostHanging = 4

  private var current: CallHeaders?
  private var end: MonotonicInstant?
  private var generation = 0
  /// The question that is being asked.
  private var question: Int?
  private var questions = 0
  /// The question that `current` came from.
  private var answered = 0
  /// How many questions were given up and have no answer yet.
  package private(set) var hanging = 0

  package init() {}

  /// Whether the provider is being asked.
  package var isAsking: Bool { question != nil }

  package mutating func need(at now: MonotonicInstant) -> Answer {
    if let end, end <= now {
      current = nil
      self.end = nil
    }
    if let current { return .use(current) }
    guard question == nil, hanging < HeaderCache.mostHanging else { return .wait }
    questions += 1
    question = questions
    return .ask(questions)
  }

  /// The provider has answered a question.
  /// - Returns: What all who wait get; nil if a later question has been answered before.
  package mutating func answered(
    _ number: Int, _ headers: OTLPHeaders, validFor validity: Duration?, at now: MonotonicInstant
  ) -> CallHeaders? {
    settle(number)
    guard number > answered else { return nil }
    answered = number
    generation += 1
    let result = CallHeaders(headers: headers, generation: generation)
    current = result
    end = validity.map { now + $0 }
    return result
  }

  /// The provider has failed.
  /// - Returns: Whether that was the question which is being asked.
  package mutating func failed(_ number: Int) -> Bool { settle(number) }

  /// A question has no answer for too long.
  /// - Returns: Whether it is given up: it was the one that is being asked.
  package mutating func giveUp(_ number: Int) -> Bool {
    guard question == number else { return false }
    question = nil
    hanging += 1
    return true
  }

  @discardableResult
  private mutating func settle(_ number: Int) -> Bool {
    guard question == number else {
      hanging -= 1
      return false
    }
    question = nil
    return true
  }

  /// The server didn't take the headers of `generation`. If newer ones are there, those are to be tried.
  package mutating func refused(_ generation: Int) {
    guard current?.generation == generation else { return }
    current = nil
    end = nil
  }
}

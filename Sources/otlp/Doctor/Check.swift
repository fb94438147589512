/// The result of one step of the doctor.
package struct Check: Hashable, Sendable {
  package enum Result: String, Sendable {
    case passed
    case failed
    case skipped
  }

  /// The steps in order; each requires the previous step.
  package enum Step: String, CaseIterable, Sendable {
    case configuration
    case name
    case connection
    case tls
    case http2
    case export
  }

  package var step: Step
  package var result: Result
  /// The observations, a line each.
  package var details: [String]
  /// The time that the step took; nil for a skipped step.
  package var elapsed: Duration?

  package init(step: Step, result: Result, details: [String], elapsed: Duration? = nil) {
    self.step = step
    self.result = result
    self.details = details
    self.elapsed = elapsed
  }
}

extension Check {
  /// Merges the checks of several servers. A step has failed if it failed for any server.
  static func merged(_ all: [(server: String, checks: [Check])]) -> [Check] {
    Step.allCases.compactMap { step in
      let seen = all.flatMap { server, checks in
        checks.filter { $0.step == step }.map { (server: server, check: $0) }
      }
      guard !seen.isEmpty else { return nil }
      let details = seen.flatMap { server, check in
        (check.details.isEmpty ? ["see below"] : check.details).map { "\(server): \($0)" }
      }
      return Check(
        step: step, result: seen.contains { $0.check.result == .failed } ? .failed : .passed, details: details,
        elapsed: seen.compactMap(\.check.elapsed).reduce(.zero, +))
    }
  }
}

/// Something that is wrong, and what to do about it.
package struct Finding: Hashable, Sendable {
  /// The mistakes that the doctor knows. Their names are part of the JSON's contract.
  package enum Mistake: String, CaseIterable, Sendable {
    // The configuration.
    case endpointWithPath
    case valueRefused
    case variableIgnored
    case protocolMismatch
    case withoutEffect
    case unusableFile
    case keyMismatch
    case exposedKey
    // The way there.
    case unresolvedName
    case portRefused
    case noAnswer
    case unreachable
    case proxyUnreachable
    case proxyCredentials
    case proxyRefused
    case notAProxy
    // What is spoken there.
    case plaintextToTLS
    case tlsToPlaintext
    case schemelessMeansTLS
    case http1Server
    case noHTTP2
    case notHTTP2
    case silentServer
    case closedByServer
    // Certificates.
    case unknownAuthority
    case wrongHost
    case certificateExpired
    case certificateNotYetValid
    case certificateRefused
    case clientCertificateMissing
    case clientCertificateRefused
    case clientKeyUnsupported
    case tlsFailed
    // The export.
    case credentialsMissing
    case credentialsRefused
    case compressionUnsupported
    case notOTLP
    case exportTimeout
    case exportFailed
  }

  package let mistake: Mistake
  /// What is wrong, in one sentence.
  package let what: String
  /// What to do, in one sentence.
  package let advice: String
  package let code: ExitCode

  package init(_ mistake: Mistake, _ what: String, advice: String, code: ExitCode = .loss) {
    self.mistake = mistake
    self.what = what
    self.advice = advice
    self.code = code
  }
}

/// One thing that the doctor looked at.
package struct Check: Hashable, Sendable {
  package enum Result: String, Sendable {
    case passed
    case failed
    case skipped
  }

  /// What is looked at, in this order: each needs the one before it.
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
  /// What was seen, a line each.
  package var details: [String]
  /// How long it took; nil for what wasn't tried.
  package var elapsed: Duration?

  package init(step: Step, result: Result, details: [String], elapsed: Duration? = nil) {
    self.step = step
    self.result = result
    self.details = details
    self.elapsed = elapsed
  }
}

extension Check {
  /// The checks of several servers as one list: a step has failed if it has for one of them.
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

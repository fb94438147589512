/// A mistake and its remedy.
package struct Finding: Hashable, Sendable {
  /// The mistakes that the doctor recognizes. Scripts rely on their names in the JSON.
  package enum Mistake: String, CaseIterable, Sendable {
    // The configuration.
    case endpointWithPath
    case valueRefused
    case variableIgnored
    case unknownVariable
    case nothingExported
    case protocolMismatch
    case withoutEffect
    case unusableFile
    case keyMismatch
    case exposedKey
    // The network.
    case unresolvedName
    case portRefused
    case noAnswer
    case unreachable
    case proxyUnreachable
    case proxyCredentials
    case proxyRefused
    case notAProxy
    // The protocol.
    case plaintextToTLS
    case tlsToPlaintext
    case schemelessMeansTLS
    case http1Server
    case noHTTP2
    case notHTTP2
    case silentServer
    case closedByServer
    // The certificates.
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
  /// A sentence that describes the mistake.
  package let problem: String
  /// A sentence that describes the remedy.
  package let advice: String
  package let code: ExitCode

  package init(_ mistake: Mistake, _ problem: String, advice: String, code: ExitCode = .loss) {
    self.mistake = mistake
    self.problem = problem
    self.advice = advice
    self.code = code
  }
}

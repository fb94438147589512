/// The events that a poller reports of one source.
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let readable = Readiness(rawValue: 1)
  package static let writable = Readiness(rawValue: 2)
  /// The peer closed its side, or the source failed: read to the end, then close.
  package static let hangUp = Readiness(rawValue: 4)
}

/// A source that became ready, named by the token of the registration.
package struct ReadyEvent: Sendable {
  package var token: HandlerToken
  package var readiness: Readiness

  package init(token: HandlerToken, readiness: Readiness) {
    self.token = token
    self.readiness = readiness
  }
}

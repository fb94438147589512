/// The outcome of an attempt to connect.
package enum SimulatedConnect: Sendable {
  /// The attempt succeeds if there is a listener at the address.
  case link(SimulatedLink)
  /// The attempt is refused after a round trip.
  case refuse
  /// There is no answer, so the attempt times out.
  case ignore
}

/// The two ends of a simulated connection.
package enum SimulatedSide: Int, Sendable, Hashable, CaseIterable {
  /// The end that connected.
  case client
  /// The end that accepted.
  case server

  package var other: SimulatedSide { self == .client ? .server : .client }
}

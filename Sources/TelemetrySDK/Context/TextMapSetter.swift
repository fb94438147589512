/// Writes headers into a carrier for propagators.
public protocol TextMapSetter<Carrier>: Sendable {
  /// The type that holds the headers.
  associatedtype Carrier

  /// Sets a header in place of all of that name.
  func set(_ value: String, for key: String, in carrier: inout Carrier)
}

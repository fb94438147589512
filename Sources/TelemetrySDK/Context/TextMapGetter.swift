/// Reads the headers of a carrier for propagators. Names of HTTP headers are compared without regard to case.
public protocol TextMapGetter<Carrier>: Sendable {
  /// The type that holds the headers.
  associatedtype Carrier

  /// The names of all headers.
  func keys(in carrier: Carrier) -> [String]

  /// The value of the first header of a name.
  func value(of key: String, in carrier: Carrier) -> String?

  /// The values of all headers of a name, in order; the first value alone by default.
  func values(of key: String, in carrier: Carrier) -> [String]
}

extension TextMapGetter {
  /// The value of the first header.
  public func values(of key: String, in carrier: Carrier) -> [String] {
    value(of: key, in: carrier).map { [$0] } ?? []
  }
}

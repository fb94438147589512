/// A context in environment variables, for processes that start others: `traceparent` is `TRACEPARENT` there
/// (OpenTelemetry, Environment Variables as Context Propagation Carriers).
public struct EnvironmentTextMap: TextMapGetter, TextMapSetter {
  /// Makes the getter and setter, which has no state.
  public init() {}

  /// The names of all variables, in no order.
  public func keys(in carrier: [String: String]) -> [String] { Array(carrier.keys) }

  /// The value of the variable for a header's name.
  public func value(of key: String, in carrier: [String: String]) -> String? { carrier[Self.variable(key)] }

  /// Sets the variable for a header's name.
  public func set(_ value: String, for key: String, in carrier: inout [String: String]) {
    carrier[Self.variable(key)] = value
  }

  /// The name in upper case, with `_` for everything but ASCII letters and digits, and in front of a digit.
  package static func variable(_ key: String) -> String {
    let name = key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return (name.first?.isNumber == true ? "_" : "") + String(name)
  }
}

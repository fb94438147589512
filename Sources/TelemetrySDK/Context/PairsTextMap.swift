/// Headers in a list of names and values, as HTTP libraries hold them.
public struct PairsTextMap: TextMapGetter, TextMapSetter {
  /// Makes the getter and setter, which has no state.
  public init() {}

  /// The names of all headers, in order.
  public func keys(in carrier: [(name: String, value: String)]) -> [String] { carrier.map(\.name) }

  /// The value of the first header of a name.
  public func value(of key: String, in carrier: [(name: String, value: String)]) -> String? {
    carrier.first { HeaderText.isSameName($0.name, key) }?.value
  }

  /// The values of all headers of a name, in order.
  public func values(of key: String, in carrier: [(name: String, value: String)]) -> [String] {
    carrier.lazy.filter { HeaderText.isSameName($0.name, key) }.map(\.value)
  }

  /// Sets a header at the end, and removes others of that name.
  public func set(_ value: String, for key: String, in carrier: inout [(name: String, value: String)]) {
    carrier.removeAll { HeaderText.isSameName($0.name, key) }
    carrier.append((key, value))
  }
}

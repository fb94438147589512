/// Headers in a dictionary. A name in another case is found too, after a search.
public struct DictionaryTextMap: TextMapGetter, TextMapSetter {
  /// Makes the getter and setter, which has no state.
  public init() {}

  /// The names of all headers, in no order.
  public func keys(in carrier: [String: String]) -> [String] { Array(carrier.keys) }

  /// The value of a header.
  public func value(of key: String, in carrier: [String: String]) -> String? {
    carrier[key] ?? carrier.first { HeaderText.isSameName($0.key, key) }?.value
  }

  /// Sets a header under the given name, and removes others that differ in the case of letters alone: together they would be a
  /// repeated header.
  public func set(_ value: String, for key: String, in carrier: inout [String: String]) {
    while let other = carrier.keys.first(where: { $0 != key && HeaderText.isSameName($0, key) }) {
      carrier[other] = nil
    }
    carrier[key] = value
  }
}

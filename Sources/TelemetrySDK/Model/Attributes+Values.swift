// Values of the standard library's types, without wrapping: `attributes["http.response.status_code"] = status`.
//
// These subscripts are disfavored, so that a literal, or nil, uses the subscript of `AttributeValue`.
extension Attributes {
  /// A string, or nil for a value of another kind. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> String? {
    get { if case .string(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// A Boolean value, or nil for a value of another kind. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> Bool? {
    get { if case .bool(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// An integer, or nil for a value of another kind. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> Int? {
    get { if case .int(let value)? = self[key] as AttributeValue? { Int(exactly: value) } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// An integer, or nil for a value of another kind. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> Int64? {
    get { if case .int(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// A floating-point number, or nil for a value of another kind. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> Double? {
    get { if case .double(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// Binary data, or nil for a value of another kind. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> [UInt8]? {
    get { if case .bytes(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// An array of strings, or nil for any other value. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> [String]? {
    get { values(key) { if case .string(let value) = $0 { value } else { nil } } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// An array of Boolean values, or nil for any other value. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> [Bool]? {
    get { values(key) { if case .bool(let value) = $0 { value } else { nil } } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// An array of integers, or nil for any other value. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> [Int]? {
    get { values(key) { if case .int(let value) = $0 { Int(exactly: value) } else { nil } } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// An array of floating-point numbers, or nil for any other value. Setting nil removes `key`.
  @_disfavoredOverload
  public subscript(key: String) -> [Double]? {
    get { values(key) { if case .double(let value) = $0 { value } else { nil } } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  private func values<Value>(_ key: String, _ value: (AttributeValue) -> Value?) -> [Value]? {
    guard case .array(let array)? = self[key] as AttributeValue? else { return nil }
    let values = array.compactMap(value)
    return values.count == array.count ? values : nil
  }
}

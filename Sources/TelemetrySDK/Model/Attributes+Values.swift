// Values of the standard library's types, without a word around them: `attributes["http.response.status_code"] = status`.
//
// They stand behind the subscript of `AttributeValue`, so that a literal, and nil, mean that one.
extension Attributes {
  /// Text: the value of `key` if it is one. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> String? {
    get { if case .string(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// A truth value: the value of `key` if it is one. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> Bool? {
    get { if case .bool(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// An integer: the value of `key` if it is one. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> Int? {
    get { if case .int(let value)? = self[key] as AttributeValue? { Int(exactly: value) } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// An integer: the value of `key` if it is one. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> Int64? {
    get { if case .int(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// A floating-point number: the value of `key` if it is one. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> Double? {
    get { if case .double(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// Bytes that are not text: the value of `key` if it is one. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> [UInt8]? {
    get { if case .bytes(let value)? = self[key] as AttributeValue? { value } else { nil } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// Texts in order: the value of `key` if it is an array of these alone. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> [String]? {
    get { values(key) { if case .string(let value) = $0 { value } else { nil } } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// Truth values in order: the value of `key` if it is an array of these alone. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> [Bool]? {
    get { values(key) { if case .bool(let value) = $0 { value } else { nil } } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// Integers in order: the value of `key` if it is an array of these alone. Setting nil removes it, whatever it is.
  @_disfavoredOverload
  public subscript(key: String) -> [Int]? {
    get { values(key) { if case .int(let value) = $0 { Int(exactly: value) } else { nil } } }
    set { self[key] = newValue.map { AttributeValue($0) } as AttributeValue? }
  }

  /// Floating-point numbers in order: the value of `key` if it is an array of these alone. Setting nil removes it, whatever it is.
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

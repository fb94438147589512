// The kinds of fields that only metrics have.
extension ProtobufWriter {
  /// A fixed64 field, also when it is zero.
  mutating func requiredFixed64Field(_ tag: UInt8, _ value: UInt64) {
    put(value.littleEndian)
    self.tag(tag)
  }

  /// A sint32 field, unless zero: the sign is the lowest bit.
  mutating func signedVarintField(_ tag: UInt8, _ value: Int32) {
    varintField(tag, UInt64(UInt32(bitPattern: value << 1 ^ value >> 31)))
  }

  /// A packed field of doubles, unless empty (6.8.5).
  mutating func packedDoubles(_ tag: UInt8, _ values: [Double]) {
    guard !values.isEmpty else { return }
    ensure(values.count * 8)
    for value in values.reversed() { put(value.bitPattern.littleEndian) }
    prefix(tag, count: values.count * 8)
  }

  /// A packed field of fixed64, unless empty.
  mutating func packedFixed64s(_ tag: UInt8, _ values: [UInt64]) {
    guard !values.isEmpty else { return }
    ensure(values.count * 8)
    for value in values.reversed() { put(value.littleEndian) }
    prefix(tag, count: values.count * 8)
  }

  /// A packed field of varints, unless empty.
  mutating func packedVarints(_ tag: UInt8, _ values: [UInt64]) {
    guard !values.isEmpty else { return }
    let mark = written
    for value in values.reversed() {
      ensure(0)
      varint(value)
    }
    prefix(tag, since: mark)
  }
}

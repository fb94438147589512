/// A value of an attribute: OTLP's `AnyValue` in every kind, which are all that there are.
///
/// Arrays and maps can be nested 30 deep; what is nested deeper is exported as ``empty``. With the messages around them
/// deeper values would pass the 100 levels that protobuf readers accept, and these would refuse the whole request. And
/// whoever compares, prints or releases a value needs stack for each level, so a container that would have more than 60
/// levels is cut to 30 when it is made.
///
/// A value that stands in another twice is one in memory and two in an export. Maps with more than 262,144 values in
/// nested maps are cut too: no request of 4 MiB holds them. A span with more than two million values in nested arrays and
/// maps counts as larger than any queue.
@frozen
public enum AttributeValue: Hashable, Sendable {
  /// Text.
  case string(String)
  /// A truth value.
  case bool(Bool)
  /// A signed integer.
  case int(Int64)
  /// A floating-point number; NaN and the infinities are kept.
  case double(Double)
  /// Bytes that are not text.
  case bytes([UInt8])
  /// Values of any kinds, in order.
  case array(List)
  /// Values by key.
  case map(Attributes)
  /// A value that is present and empty.
  case empty

  /// Values of any kinds, in order.
  @inlinable
  public static func array(_ values: [AttributeValue]) -> AttributeValue { .array(List(values)) }
}

extension AttributeValue {
  /// Text.
  @inlinable public init(_ value: String) { self = .string(value) }
  /// A truth value.
  @inlinable public init(_ value: Bool) { self = .bool(value) }
  /// An integer.
  @inlinable public init(_ value: Int) { self = .int(Int64(value)) }
  /// An integer.
  @inlinable public init(_ value: Int64) { self = .int(value) }
  /// A floating-point number.
  @inlinable public init(_ value: Double) { self = .double(value) }
  /// Bytes that are not text.
  @inlinable public init(_ value: [UInt8]) { self = .bytes(value) }
  /// Texts, in order.
  public init(_ values: [String]) { self = .array(List(flat: values.map { .string($0) })) }
  /// Truth values, in order.
  public init(_ values: [Bool]) { self = .array(List(flat: values.map { .bool($0) })) }
  /// Integers, in order.
  public init(_ values: [Int]) { self = .array(List(flat: values.map { .int(Int64($0)) })) }
  /// Floating-point numbers, in order.
  public init(_ values: [Double]) { self = .array(List(flat: values.map { .double($0) })) }
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByStringInterpolation
{
  /// Text.
  @inlinable public init(stringLiteral value: String) { self = .string(value) }
  /// A truth value.
  @inlinable public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  @inlinable public init(integerLiteral value: Int64) { self = .int(value) }
  /// A floating-point number.
  @inlinable public init(floatLiteral value: Double) { self = .double(value) }
  /// An array.
  @inlinable public init(arrayLiteral elements: AttributeValue...) { self = .array(elements) }
}

extension AttributeValue: CustomStringConvertible {
  /// The value for a person: control characters, which could steer a terminal, are blanks, and long text is cut.
  public var description: String { SpanText.value(self) }
}

extension AttributeValue {
  /// Arrays and maps nested deeper than this are exported as empty values.
  @usableFromInline package static var maxNesting: Int { 30 }

  @usableFromInline var isNested: Bool {
    @inlinable get {
      switch self {
      case .array, .map: true
      default: false
      }
    }
  }

  /// The value as it may stand in a container.
  @inlinable
  @inline(__always)
  func bounded() -> AttributeValue { isNested ? boundedContainer() : self }

  @usableFromInline
  @inline(never)
  func boundedContainer() -> AttributeValue { depth > Self.maxDepth ? cut(Self.maxNesting) : self }

  /// Twice what is exported: wrapping a value again and again then copies each level once.
  static var maxDepth: Int { 2 * maxNesting }

  /// The most values that are walked to measure or to cut one: shared parts of it may make billions of a few.
  private static var maxWalk: Int { 1 << 18 }
  /// What is left of a value that has more, so that it isn't measured and cut again as soon as it is put into another.
  private static var leftOfMore: Int { 1 << 14 }

  /// The levels of arrays and maps; more than ``maxDepth`` if there are more values than are walked.
  var depth: Int {
    var left = Self.maxWalk
    return depth(&left)
  }

  private func depth(_ left: inout Int) -> Int {
    switch self {
    case .array(let array): return Int(array.depth)
    case .map(let map):
      var deepest = 0
      left -= map.elements.count
      for element in map.elements where element.value.isNested {
        guard left >= 0 else { break }
        deepest = max(deepest, element.value.depth(&left))
      }
      return left < 0 ? Self.maxDepth + 1 : deepest + 1
    default: return 0
    }
  }

  /// The value with what is nested deeper than `levels` left empty.
  func cut(_ levels: Int) -> AttributeValue {
    var left = Self.maxWalk
    _ = depth(&left)
    left = left < 0 ? Self.leftOfMore : Self.maxWalk
    return cut(levels, &left)
  }

  private func cut(_ levels: Int, _ left: inout Int) -> AttributeValue {
    guard isNested else { return self }
    guard levels > 0, left >= 0 else { return .empty }
    switch self {
    case .array(let array):
      left -= array.elements.count
      return .array(array.elements.map { $0.cut(levels - 1, &left) })
    case .map(let map):
      left -= map.elements.count
      return .map(
        Attributes(unchecked: map.elements.map { Attributes.Element($0.key, $0.value.cut(levels - 1, &left)) }))
    default: return self
    }
  }
}

/// The value of an attribute: all kinds of OTLP's `AnyValue`.
///
/// Arrays and maps can be nested 30 levels deep; deeper values are exported as ``empty``. Protobuf readers accept 100
/// levels of messages and would refuse a request with deeper values. Comparing, printing and releasing a value need stack
/// for each level, so a container with more than 60 levels is cut to 30 when it is made.
///
/// A value that is contained twice in another value uses memory once but is exported twice. Maps with more than 262,144
/// values in nested maps are cut too, since no request of 4 MiB holds them. A span with more than two million values in
/// nested arrays and maps counts as larger than any queue.
@frozen
public enum AttributeValue: Hashable, Sendable {
  /// A string.
  case string(String)
  /// A Boolean value.
  case bool(Bool)
  /// A signed integer.
  case int(Int64)
  /// A floating-point number, including NaN and the infinities.
  case double(Double)
  /// Binary data.
  case bytes([UInt8])
  /// An array of values of any kinds.
  case array(List)
  /// A map of values by key.
  case map(Attributes)
  /// A value that is present but empty.
  case empty

  /// Makes an array of values of any kinds.
  @inlinable
  public static func array(_ values: [AttributeValue]) -> AttributeValue { .array(List(values)) }
}

extension AttributeValue {
  /// Makes a string.
  @inlinable public init(_ value: String) { self = .string(value) }
  /// Makes a Boolean value.
  @inlinable public init(_ value: Bool) { self = .bool(value) }
  /// Makes an integer.
  @inlinable public init(_ value: Int) { self = .int(Int64(value)) }
  /// Makes an integer.
  @inlinable public init(_ value: Int64) { self = .int(value) }
  /// Makes a floating-point number.
  @inlinable public init(_ value: Double) { self = .double(value) }
  /// Makes binary data.
  @inlinable public init(_ value: [UInt8]) { self = .bytes(value) }
  /// Makes an array of strings.
  public init(_ values: [String]) { self = .array(List(flat: values.map { .string($0) })) }
  /// Makes an array of Boolean values.
  public init(_ values: [Bool]) { self = .array(List(flat: values.map { .bool($0) })) }
  /// Makes an array of integers.
  public init(_ values: [Int]) { self = .array(List(flat: values.map { .int(Int64($0)) })) }
  /// Makes an array of floating-point numbers.
  public init(_ values: [Double]) { self = .array(List(flat: values.map { .double($0) })) }
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByStringInterpolation
{
  /// Makes a string.
  @inlinable public init(stringLiteral value: String) { self = .string(value) }
  /// Makes a Boolean value.
  @inlinable public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Makes an integer.
  @inlinable public init(integerLiteral value: Int64) { self = .int(value) }
  /// Makes a floating-point number.
  @inlinable public init(floatLiteral value: Double) { self = .double(value) }
  /// Makes an array.
  @inlinable public init(arrayLiteral elements: AttributeValue...) { self = .array(elements) }
}

extension AttributeValue: CustomStringConvertible {
  /// The value as readable text. Control characters, which could control a terminal, become blanks; long strings are cut.
  public var description: String { ReadableText.value(self) }
}

extension AttributeValue {
  /// Arrays and maps nested deeper than this are exported as empty values.
  @usableFromInline package static var maxNesting: Int { 30 }

  /// The maximum number of values nested in an item's arrays and maps, counted with their repetitions: values that share parts
  /// can multiply a few to billions. No request of 4 MiB holds more.
  static var maxNestedValues: Int { 1 << 21 }
  /// The maximum size of one array or map in bytes: no request holds more (RULES 1.1.7).
  static var maxNestedBytes: Int { 64 << 20 }

  /// True if an array or a map, written out, has at most ``maxNestedValues`` values and ``maxNestedBytes`` bytes.
  var isWritable: Bool {
    guard isNested else { return true }
    var (values, bytes) = (Self.maxNestedValues, Self.maxNestedBytes)
    return measure(nesting: 0, &values, &bytes)
  }

  private func measure(nesting: Int, _ values: inout Int, _ bytes: inout Int) -> Bool {
    switch self {
    case .string(let text): bytes -= text.utf8.count + 4
    case .bytes(let content): bytes -= content.count + 4
    case .array(let list) where nesting < Self.maxNesting:
      if nesting > 0 { values -= list.elements.count }
      for element in list.elements {
        guard values >= 0, element.measure(nesting: nesting + 1, &values, &bytes) else { return false }
      }
    case .map(let map) where nesting < Self.maxNesting:
      if nesting > 0 { values -= map.elements.count }
      for element in map.elements {
        bytes -= element.key.utf8.count + 4
        guard values >= 0, element.value.measure(nesting: nesting + 1, &values, &bytes) else { return false }
      }
    default: bytes -= 4
    }
    return bytes >= 0
  }

  @usableFromInline var isNested: Bool {
    @inlinable get {
      switch self {
      case .array, .map: true
      default: false
      }
    }
  }

  /// The value for use in a container, cut if the container would be nested too deep.
  @inlinable
  @inline(__always)
  func bounded() -> AttributeValue { isNested ? boundedContainer() : self }

  @usableFromInline
  @inline(never)
  func boundedContainer() -> AttributeValue { depth > Self.maxDepth ? cut(Self.maxNesting) : self }

  /// Twice the exported depth, so that wrapping a value repeatedly copies each level only once.
  static var maxDepth: Int { 2 * maxNesting }

  /// The maximum number of values to visit when a value is measured or cut. Shared parts can multiply a few values to
  /// billions.
  private static var maxWalk: Int { 1 << 18 }
  /// The number of values that remain after a cut for their number. Well below `maxWalk`, so that the value isn't cut again
  /// as soon as it becomes part of another value.
  private static var leftOfMore: Int { 1 << 14 }

  /// The number of nested levels of arrays and maps; more than ``maxDepth`` if there are more than `maxWalk` values.
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

  /// The value with everything below `levels` levels replaced by ``empty``.
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

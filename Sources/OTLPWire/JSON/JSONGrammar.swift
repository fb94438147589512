internal import TelemetryCore

/// Finds the end of a JSON object, or its first misplaced byte, in text that arrives byte by byte. Numbers, words and
/// escapes are skipped; `JSONReader` checks them.
struct JSONGrammar {
  enum Step {
    case inside
    /// The byte closes the object.
    case complete
    case wrong
  }

  private enum Expected {
    case value
    case valueOrEnd
    case key
    case keyOrEnd
    case colon
    case commaOrEnd
  }

  private enum Token {
    case none
    case string(isKey: Bool)
    case escape(isKey: Bool)
    /// A number or a word.
    case bare
  }

  private let maxDepth: Int
  /// The open brackets: true for an object, false for an array.
  private var open: [Bool] = []
  private var expected = Expected.value
  private var token = Token.none

  init(maxDepth: Int) { self.maxDepth = maxDepth }

  mutating func reset() {
    open.removeAll(keepingCapacity: true)
    expected = .value
    token = .none
  }

  mutating func take(_ byte: UInt8) -> Step {
    switch token {
    case .string(let isKey): return inString(byte, isKey)
    case .escape(let isKey):
      token = .string(isKey: isKey)
      return byte < 0x20 ? .wrong : .inside
    case .bare:
      if Self.isBare(byte) { return .inside }
      token = .none
    case .none: break
    }
    return outside(byte)
  }

  private mutating func inString(_ byte: UInt8, _ isKey: Bool) -> Step {
    switch byte {
    case UInt8(ascii: "\""):
      token = .none
      expected = isKey ? .colon : .commaOrEnd
    case UInt8(ascii: "\\"): token = .escape(isKey: isKey)
    case 0..<0x20: return .wrong
    default: break
    }
    return .inside
  }

  private mutating func outside(_ byte: UInt8) -> Step {
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D: return .inside
    case UInt8(ascii: "{"): return begin(isObject: true)
    case UInt8(ascii: "["): return begin(isObject: false)
    case UInt8(ascii: "}"): return end(isObject: true, orInstead: .keyOrEnd)
    case UInt8(ascii: "]"): return end(isObject: false, orInstead: .valueOrEnd)
    case UInt8(ascii: ":"): return change(from: .colon, to: .value)
    case UInt8(ascii: ","): return change(from: .commaOrEnd, to: open.last == true ? .key : .value)
    case UInt8(ascii: "\""): return quote()
    default:
      guard expectsValue, Self.isBare(byte) else { return .wrong }
      token = .bare
      expected = .commaOrEnd
      return .inside
    }
  }

  private var expectsValue: Bool { expected == .value || expected == .valueOrEnd }

  private mutating func begin(isObject: Bool) -> Step {
    guard expectsValue, open.count < maxDepth else { return .wrong }
    open.append(isObject)
    expected = isObject ? .keyOrEnd : .valueOrEnd
    return .inside
  }

  private mutating func end(isObject: Bool, orInstead empty: Expected) -> Step {
    guard open.last == isObject, expected == .commaOrEnd || expected == empty else { return .wrong }
    open.removeLast()
    expected = .commaOrEnd
    return open.isEmpty ? .complete : .inside
  }

  private mutating func change(from: Expected, to: Expected) -> Step {
    guard expected == from else { return .wrong }
    expected = to
    return .inside
  }

  private mutating func quote() -> Step {
    let isKey = expected == .key || expected == .keyOrEnd
    guard isKey || expectsValue else { return .wrong }
    token = .string(isKey: isKey)
    return .inside
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    byte.isASCIIAlphanumeric(or: "+-.")
  }
}

package import TelemetrySDK

/// Reads attributes and values from plain JSON (RULES 3.5.8, 3.5.9), as a database has them.
///
/// A number with a fraction or an exponent, or beyond the range of 64 bits, is a floating-point number. Binary data and numbers that
/// aren't finite can't be told from text.
package enum PlainJSON {
  private static let maxDepth = 100
  private static let maxValues = 8 << 20

  /// Reads an object of attributes.
  package static func attributes(_ text: [UInt8]) throws(JSONError) -> Attributes {
    guard case .map(let attributes) = try value(text) else { throw JSONError("an object is expected", at: 0) }
    return attributes
  }

  /// Reads a value; `null` is an empty one.
  package static func value(_ text: [UInt8]) throws(JSONError) -> AttributeValue {
    let result: Result<AttributeValue, JSONError> = unsafe text.withUnsafeBytes { bytes in
      var reader = unsafe JSONReader(bytes, maxDepth: maxDepth, maxValues: maxValues)
      do throws(JSONError) {
        reader.skipBlanks()
        let value = try reader.plainValue()
        reader.skipBlanks()
        guard reader.isAtEnd else { throw reader.error("the text goes on after the value") }
        return .success(value)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension JSONReader {
  fileprivate mutating func plainValue() throws(JSONError) -> AttributeValue {
    switch try beginValue() {
    case .string: return .string(text(try string()))
    case .bool: return .bool(try bool())
    case .number: return number(try number())
    case .array: return .array(try plainArray())
    case .object: return .map(try plainAttributes())
    case .null:
      try null()
      return .empty
    }
  }

  private mutating func plainArray() throws(JSONError) -> [AttributeValue] {
    var values: [AttributeValue] = []
    guard try open(until: "]") else { return values }
    repeat { values.append(try plainValue()) } while try advance(until: "]")
    return values
  }

  private mutating func plainAttributes() throws(JSONError) -> Attributes {
    var pairs: [(String, AttributeValue)] = []
    guard try open(until: "}") else { return Attributes() }
    repeat {
      let key = text(try key())
      pairs.append((key, try plainValue()))
    } while try advance(until: "}")
    return Attributes(pairs)
  }

  private func text(_ text: Text) -> String {
    switch text {
    case .plain(let range): unsafe String(decoding: bytes(range), as: UTF8.self)
    case .unescaped(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }

  private func number(_ range: Range<Int>) -> AttributeValue {
    let text = unsafe String(decoding: bytes(range), as: UTF8.self)
    if let integer = Int64(text) { return .int(integer) }
    return .double(Double(text) ?? 0)
  }
}

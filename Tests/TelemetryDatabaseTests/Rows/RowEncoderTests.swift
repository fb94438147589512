import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import TelemetryDatabase

@Suite(.ownThreads) struct RowEncoderTests {
  /// The JSON of an attribute value, and if it can be read again.
  private func json(_ value: AttributeValue) throws -> (text: String, isExact: Bool) {
    var rows = RowBuffer()
    var keys = KeySet()
    let record = LogRecord(body: value)
    var writer = ProtobufWriter(RawBuffer(capacity: 4096))
    record.encode(to: &writer)
    let bytes = writer.slice!.array
    try bytes.withUnsafeBytes { bytes in
      var fields = MessageBytes(bytes).fields()
      while let tag = try fields.nextTag() {
        if tag == WireTags.LogRecord.body { try rows.value(try fields.message(), &keys) } else { try fields.skip(tag) }
      }
    }
    return (String(decoding: rows.raw, as: UTF8.self), !rows.isInexact)
  }

  @Test("values have the form for other formats, and are marked where it loses something (RULES 3.5.8, 3.5.9)")
  func values() throws {
    let cases: [(AttributeValue, String, Bool)] = [
      (.string("a\"\\\n\u{1}é"), #""a\"\\\n\u0001é""#, true), (.string("a\0"), "\"a\u{FFFD}\"", false),
      (.bool(true), "true", true), (.int(.min), "-9223372036854775808", true), (.double(1), "1.0", true),
      (.double(0.1), "0.1", true), (.double(1e17), "100000000000000000.0", true), (.double(1e300), "1e+300", true),
      (.double(-0.0), "0.0", false), (.double(.nan), "\"NaN\"", false), (.double(-.infinity), "\"-Infinity\"", false),
      (.bytes([1, 2, 3]), "\"AQID\"", false), (.empty, "null", true), (.array([.int(1), .empty]), "[1,null]", true),
      (.map(["a": .map(["a": 1]), "b": [true]]), #"{"a":{"a":1},"b":[true]}"#, true),
      (.map(Attributes(unchecked: [.init("a", 1), .init("a", 2)])), #"{"a":1,"a":2}"#, false),
    ]
    for (value, text, isExact) in cases {
      let found = try json(value)
      #expect(found.text == text)
      #expect(found.isExact == isExact, "\(text)")
    }
  }

  @Test("exact JSON is read again as the same value")
  func reading() throws {
    for value: AttributeValue in [
      .string("a\"\\\n\u{1}é"), .int(.max), .double(1), .double(1e17), .double(0x1p63), .double(-0x1p63),
      .double(1e300),
      .double(.leastNonzeroMagnitude), .empty, .array([.int(1), .double(1)]), .map(["a": .map(["b": "c"])]),
    ] {
      #expect(try PlainJSON.value(Array(try json(value).text.utf8)) == value)
    }
  }

  @Test("characters that JSON escapes are found at every place of a long text")
  func escapes() throws {
    for (character, escaped) in [("\"", "\\\""), ("\\", "\\\\"), ("\n", "\\n"), ("\u{1F}", "\\u001f"), (" ", " ")] {
      for index in 0..<24 {
        var text = String(repeating: "é!#[]~\u{7F}", count: 4).map { String($0) }
        text[index] = character
        let expected = text.map { $0 == character ? escaped : $0 }.joined()
        #expect(try json(.string(text.joined())).text == "\"\(expected)\"")
      }
    }
  }

  @Test("a digest is the same in every process, and differs with each byte")
  func digest() {
    func digest(_ bytes: [UInt8], _ seed: UInt64 = 0) -> UInt64 {
      bytes.withUnsafeBytes { Digest.digest(MessageBytes($0), seed: seed) }
    }
    let bytes = (0..<100).map { UInt8($0) }
    #expect(digest(bytes) == digest(bytes))
    var seen: Set<UInt64> = [digest(bytes), digest(bytes, 1), digest([]), digest([0]), digest([0, 0])]
    for index in bytes.indices {
      var other = bytes
      other[index] ^= 1
      seen.insert(digest(other))
      seen.insert(digest(Array(bytes.prefix(index))))
    }
    #expect(seen.count == 5 + 200 - 2)  // The prefixes of no byte and of one are there already.
  }

  @Test("what is no request in protobuf gives no rows")
  func malformed() {
    #expect(throws: WireError.self) { try RowSet.encode(BufferSlice([0x0A, 0xFF]), .traces) }
    #expect(RowSet(BufferSlice([0, 0, 0, 0, 0])) == nil)
  }
}

import TelemetryCore
import TestThreads
import Testing

@testable import OTLPWire

/// Values whose digits and words end anywhere, against the standard library's text.
@Suite(.ownThreads) struct JSONOutputTests {
  private func text(_ write: (inout JSONOutput) -> Void) -> String {
    // The smallest buffer, which the test leaves again and again.
    var output = JSONOutput(capacity: 0)
    write(&output)
    return unsafe output.finish().withBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  @Test("integers of every number of digits, at and around each power of ten and of two")
  func integers() {
    var values: [UInt64] = [0, .max]
    var power: UInt64 = 1
    for _ in 0..<20 {
      values += [power &- 1, power, power &+ 1, power &* 9 &+ power / 7]
      power = power &* 10
    }
    for shift in 0..<64 as Range<UInt64> { values += [1 << shift, (1 << shift) &- 1, UInt64.max >> shift] }
    for step in 0..<2000 as Range<UInt64> { values.append(step &* 0x9E37_79B9_7F4A_7C15) }
    values += 0..<10_100
    for value in values {
      #expect(text { $0.decimal(value) } == value.description)
      let signed = Int64(bitPattern: value)
      #expect(text { $0.quoted(signed) } == "\"\(signed)\"")
    }
  }

  @Test("many values in a row, over each growth of the buffer")
  func growth() {
    let values = (0..<300 as Range<UInt64>).map { UInt64.max >> ($0 % 64) }
    #expect(text { output in values.forEach { output.decimal($0) } } == values.map(\.description).joined())
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
    let written = text { output in
      for count in 0..<bytes.count { unsafe bytes[..<count].withUnsafeBytes { unsafe output.hexadecimal($0) } }
    }
    let digits = bytes.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }
    #expect(written == (0..<bytes.count).map { "\"\(digits[..<$0].joined())\"" }.joined())
  }

  @Test("a text of each length, with each kind of character at each place, reads and keeps nothing around it")
  func texts() throws {
    let characters: [(String, String)] = [
      ("\"", "\\\""), ("\\", "\\\\"), ("\n", "\\n"), ("\u{1}", "\\u0001"), ("\u{1F}", "\\u001f"), ("\u{7F}", "\u{7F}"),
      ("é", "é"), ("€", "€"), ("🌍", "🌍"), ("!", "!"), ("#", "#"), ("[", "["), ("]", "]"), (" ", " "),
    ]
    for length in 0...26 {
      let plain = (0..<length).map { String(UnicodeScalar(UInt8(0x61 + $0))) }
      expect(plain.joined(), plain.joined())
      for place in 0..<length {
        for (character, escaped) in characters {
          var (source, expected) = (plain, plain)
          source[place] = character
          expected[place] = escaped
          expect(source.joined(), expected.joined())
          source[length - 1] = character
          expected[length - 1] = escaped
          expect(source.joined(), expected.joined())
        }
      }
    }
  }

  /// Writes a text twice, from a block of exactly its size between quotation marks.
  private func expect(_ source: String, _ expected: String) {
    let block = Array("\"\(source)\"".utf8)
    let written = text { output in
      for _ in 0..<2 {
        unsafe block.withUnsafeBytes { bytes in
          let isText = unsafe output.string(UnsafeRawBufferPointer(rebasing: bytes[1..<bytes.count - 1]))
          if !isText { Issue.record("\(source) isn't taken") }
        }
      }
    }
    #expect(written == "\"\(expected)\"\"\(expected)\"")
  }

  @Test("a byte that is no UTF-8 is found at each place of a text")
  func badText() {
    for length in 1...26 {
      for place in 0..<length {
        for bad in [0x80, 0xC1, 0xE2, 0xFF] as [UInt8] {
          var bytes = [UInt8](repeating: 0x61, count: length)
          bytes[place] = bad
          var output = JSONOutput(capacity: 0)
          let isText = unsafe bytes.withUnsafeBytes { unsafe output.string($0) }
          #expect(!isText, "\(bytes)")
        }
      }
    }
  }
}

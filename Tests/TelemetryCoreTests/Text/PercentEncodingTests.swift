import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct PercentEncodingTests {
  @Test(
    "a wrong escape stays as it is",
    arguments: [
      ("a%20b", "a b"), ("%41%7a", "Az"), ("100%", "100%"), ("%z1%4", "%z1%4"), ("%%41", "%A"), ("", ""),
      ("%C3%A9", "é"), ("%ff", "\u{FFFD}"),
    ])
  func lenient(text: String, expected: String) { #expect(PercentEncoding.text(text[...]) == expected) }

  @Test("bytes with a wrong escape are refused") func strict() {
    #expect(PercentEncoding.bytes("%ffa") == [0xFF, 0x61])
    for text in ["%", "%4", "%zz", "a%"] { #expect(PercentEncoding.bytes(text[...]) == nil) }
  }

  @Test func encodedTextIsReadBack() {
    let text = "a b%\n\u{7F}é~"
    let encoded = PercentEncoding.encode(text, keeping: \.isPrintableASCII)
    #expect(encoded == "a b%25%0A%7F%C3%A9~")
    #expect(PercentEncoding.text(encoded[...]) == text)
  }
}

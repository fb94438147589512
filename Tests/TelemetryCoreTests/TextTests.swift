import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct WhitespaceTests {
  @Test(
    "white space of every kind goes, and only around the text",
    arguments: [
      "a b", " a b ", "a b\n", "\r\na b\r\n", "\t\u{0B}\u{0C}a b\u{85}\u{A0}", "\u{FEFF}a b",
      "\u{2028}a b\u{3000}\u{2009}",
    ])
  func trimmed(text: String) { #expect(text.trimmed == "a b") }

  @Test(arguments: ["", " ", "\n\r\n\t", "\u{FEFF}"]) func nothingIsLeft(text: String) {
    #expect(text.trimmed.isEmpty)
  }

  @Test func otherCharactersStay() {
    #expect("\u{0}a\u{200B}".trimmed == "\u{0}a\u{200B}")
    #expect(" \u{301}x".trimmed == "\u{301}x")
  }
}

@Suite(.ownThreads) struct PercentEncodingTests {
  @Test(arguments: [
    ("a%20b", "a b"), ("%41%7a", "Az"), ("100%", "100%"), ("%z1%4", "%z1%4"), ("%%41", "%A"), ("", ""),
    ("%C3%A9", "é"), ("%ff", "\u{FFFD}"),
  ])
  func lenient(text: String, expected: String) { #expect(PercentEncoding.text(text[...]) == expected) }

  @Test func strict() {
    #expect(PercentEncoding.bytes("%ffa") == [0xFF, 0x61])
    for text in ["%", "%4", "%zz", "a%"] { #expect(PercentEncoding.bytes(text[...]) == nil) }
  }
}

@Suite(.ownThreads) struct RedactionTests {
  @Test(
    "what may be a secret is its length",
    arguments: [
      "two\nlines", "two\r\nlines", "two\rlines", "next\u{85}line", String(repeating: "x", count: 65),
      "-----BEGIN PRIVATE KEY-----", String(repeating: "é", count: 65),
    ])
  func length(text: String) {
    #expect(Redaction.shown(text) == "[REDACTED] (\(text.utf8.count) bytes)")
    #expect(Redaction.shown(Redaction.shown(text)) == Redaction.shown(text))
  }

  @Test(
    "of a URL user-info and query are left out; the rest is one printable line",
    arguments: [
      ("http://u:p@h:1/x", "http://[REDACTED]@h:1/x"), ("u:p@h", "[REDACTED]@h"),
      ("http://h?key=s#f", "http://h?[REDACTED]"),
      ("a:b://p@h", "[REDACTED]@h"), ("/etc/ca.pem", "/etc/ca.pem"), ("tab\there", "tab here"), ("", ""),
      (String(repeating: "é", count: 64), String(repeating: "é", count: 64)),
    ])
  func shown(text: String, expected: String) {
    #expect(Redaction.shown(text) == expected)
    #expect(Redaction.shown(expected) == expected)
  }

  @Test("a configuration error shows its value by the same rules, whoever makes it")
  func errors() {
    let error = ConfigurationError(option: "x", value: "http://u:hunter2@h\n", allowed: "y")
    #expect(error.value == "[REDACTED] (19 bytes)")
    #expect(error.renamed("z").description == "z: '[REDACTED] (19 bytes)' is not allowed; allowed: y")
    #expect(!ConfigurationError(option: "x", value: "u:hunter2@h", allowed: "y").description.contains("hunter2"))
  }
}

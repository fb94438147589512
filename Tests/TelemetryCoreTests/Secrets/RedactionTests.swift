import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct RedactionTests {
  @Test(
    "a possible secret is replaced by its length",
    arguments: [
      "two\nlines", "two\r\nlines", "two\rlines", "next\u{85}line", String(repeating: "x", count: 65),
      "-----BEGIN PRIVATE KEY-----", String(repeating: "é", count: 65),
    ])
  func length(text: String) {
    #expect(Redaction.shown(text) == "[REDACTED] (\(text.utf8.count) bytes)")
    #expect(Redaction.shown(Redaction.shown(text)) == Redaction.shown(text))
  }

  @Test(
    "the user information and the query of a URL are replaced; the rest is one printable line",
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
}

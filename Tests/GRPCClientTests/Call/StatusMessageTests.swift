import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct StatusMessageTests {
  private func message(_ encoded: String) -> String {
    Array(encoded.utf8).withUnsafeBufferPointer { StatusMessage.decoded($0) }
  }

  @Test(
    "percent-decoding never fails (5.2.7)",
    arguments: [
      ("", ""), ("plain", "plain"), ("a%20b", "a b"), ("100%", "100%"), ("%2", "%2"), ("%zz%41", "%zzA"),
      ("%e2%98%ba", "☺"),
      ("%F0%9F%98%88", "😈"), ("%ff", "\u{FFFD}"), ("%25", "%"), ("%%41", "%A"),
    ])
  func decodes(encoded: String, expected: String) { #expect(message(encoded) == expected) }

  @Test("control characters of special_status_message become blanks (5.11)")
  func special() {
    let text = "%09%0Atest with whitespace%0D%0Aand Unicode BMP %E2%98%BA and non-BMP %F0%9F%98%88%09%0A"
    #expect(message(text) == "  test with whitespace  and Unicode BMP ☺ and non-BMP 😈  ")
  }

  @Test("a server's message is bounded")
  func bound() { #expect(message(String(repeating: "x", count: 8_000)).count == 1_025) }

  @Test(
    "base64 is read with and without padding (5.1.8, 5.2.8)",
    arguments: [
      ("", []), ("q6ur", [0xAB, 0xAB, 0xAB]), ("AA==", [0]), ("AA", [0]), ("AAE=", [0, 1]), ("AAE", [0, 1]),
      ("+/+/", [0xFB, 0xFF, 0xBF]), ("AAE,AA", [0, 1]),
    ] as [(String, [UInt8])])
  func base64(encoded: String, expected: [UInt8]) { #expect(StatusMessage.binary(encoded.utf8) == expected) }

  @Test(
    "any other text than base64 is nil",
    arguments: ["A", "AAAAA", "A=", "A===", "AA=", "AA=A", "AAA==", "A A=", "-_-_", "é"])
  func notBase64(encoded: String) { #expect(StatusMessage.binary(encoded.utf8) == nil) }
}

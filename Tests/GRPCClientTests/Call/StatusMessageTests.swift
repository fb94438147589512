import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct GRPCTimeoutTests {
  @Test(
    "5.1.4: the finest unit that fits eight digits, rounded up, never zero",
    arguments: [
      (0, "1n"), (-5, "1n"), (1, "1n"), (99_999_999, "99999999n"), (100_000_000, "100000u"), (100_000_001, "100001u"),
      (10_000_000_000, "10000000u"), (99_999_999_000, "99999999u"), (99_999_999_001, "100000m"),
      (99_999_999_000_000, "99999999m"), (99_999_999_000_001, "100000S"), (99_999_999_000_000_000, "99999999S"),
      (99_999_999_000_000_001, "1666667M"), (6_000_000_000_000_000_000, "1666667H"), (Int64.max, "2562048H"),
    ])
  func values(nanoseconds: Int64, expected: String) {
    #expect(GRPCTimeout.value(nanoseconds: nanoseconds) == expected)
  }

  @Test("no shorter time than was left, and at most 8 digits, for any time")
  func property() {
    var random = SystemRandomNumberGenerator()
    let units: [Character: Int64] = [
      "n": 1, "u": 1_000, "m": 1_000_000, "S": 1_000_000_000, "M": 60_000_000_000, "H": 3_600_000_000_000,
    ]
    for _ in 0..<2_000 {
      let nanoseconds = Int64.random(in: 1...Int64.max >> Int64.random(in: 0...62), using: &random)
      let text = GRPCTimeout.value(nanoseconds: nanoseconds)
      let unit = units[text.last!]!
      let count = Int64(text.dropLast())!
      #expect(text.count <= 9)
      #expect(count.multipliedReportingOverflow(by: unit).overflow || count * unit >= nanoseconds)
      #expect((count - 1) * unit < nanoseconds)
    }
  }
}

@Suite(.ownThreads) struct StatusMessageTests {
  private func message(_ encoded: String) -> String {
    Array(encoded.utf8).withUnsafeBufferPointer { StatusMessage.decoded($0) }
  }

  @Test(
    "5.2.7: percent-decoding never fails",
    arguments: [
      ("", ""), ("plain", "plain"), ("a%20b", "a b"), ("100%", "100%"), ("%2", "%2"), ("%zz%41", "%zzA"),
      ("%e2%98%ba", "☺"),
      ("%F0%9F%98%88", "😈"), ("%ff", "\u{FFFD}"), ("%25", "%"), ("%%41", "%A"),
    ])
  func decodes(encoded: String, expected: String) { #expect(message(encoded) == expected) }

  @Test("5.11: special_status_message; control characters become blanks")
  func special() {
    let text = "%09%0Atest with whitespace%0D%0Aand Unicode BMP %E2%98%BA and non-BMP %F0%9F%98%88%09%0A"
    #expect(message(text) == "  test with whitespace  and Unicode BMP ☺ and non-BMP 😈  ")
  }

  @Test("a server's message has a bound")
  func bound() { #expect(message(String(repeating: "x", count: 8_000)).count == 1_025) }

  @Test(
    "5.1.8, 5.2.8: base64 with and without padding",
    arguments: [
      ("", []), ("q6ur", [0xAB, 0xAB, 0xAB]), ("AA==", [0]), ("AA", [0]), ("AAE=", [0, 1]), ("AAE", [0, 1]),
      ("+/+/", [0xFB, 0xFF, 0xBF]), ("AAE,AA", [0, 1]),
    ] as [(String, [UInt8])])
  func base64(encoded: String, expected: [UInt8]) { #expect(StatusMessage.binary(encoded.utf8) == expected) }

  @Test(
    "what isn't base64 is nothing",
    arguments: ["A", "AAAAA", "A=", "A===", "AA=", "AA=A", "AAA==", "A A=", "-_-_", "é"])
  func notBase64(encoded: String) { #expect(StatusMessage.binary(encoded.utf8) == nil) }

  @Test(
    "5.2.4: numbers without leading zeros, signs and blanks",
    arguments: [
      ("0", 0), ("14", 14), ("9999999999", 9_999_999_999), ("", nil), ("00", nil), ("014", nil), ("+1", nil),
      ("-1", nil),
      (" 1", nil), ("1 ", nil), ("x", nil), ("99999999999", nil),
    ] as [(String, Int?)])
  func integers(text: String, expected: Int?) {
    #expect(Array(text.utf8).withUnsafeBufferPointer { ResponseReader.integer($0) } == expected)
  }

  @Test(
    "5.10.5: a sign where one is allowed",
    arguments: [("-1", -1), ("-", nil), ("--1", nil), ("5", 5)] as [(String, Int?)])
  func signed(text: String, expected: Int?) {
    #expect(Array(text.utf8).withUnsafeBufferPointer { ResponseReader.integer($0, signed: true) } == expected)
  }
}

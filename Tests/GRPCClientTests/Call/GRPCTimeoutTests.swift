import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct GRPCTimeoutTests {
  @Test(
    "a timeout has the finest unit that fits eight digits, is rounded up, and never zero (5.1.4)",
    arguments: [
      (0, "1n"), (-5, "1n"), (1, "1n"), (99_999_999, "99999999n"), (100_000_000, "100000u"), (100_000_001, "100001u"),
      (10_000_000_000, "10000000u"), (99_999_999_000, "99999999u"), (99_999_999_001, "100000m"),
      (99_999_999_000_000, "99999999m"), (99_999_999_000_001, "100000S"), (99_999_999_000_000_000, "99999999S"),
      (99_999_999_000_000_001, "1666667M"), (6_000_000_000_000_000_000, "1666667H"), (Int64.max, "2562048H"),
    ])
  func values(nanoseconds: Int64, expected: String) {
    #expect(GRPCTimeout.value(nanoseconds: nanoseconds) == expected)
  }

  @Test("any timeout is at least the remaining time and has at most 8 digits")
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

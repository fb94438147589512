import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct DurationTextTests {
  @Test(
    arguments: [
      ("2", 2000), ("2s", 2000), ("500ms", 500), ("0", 0), ("1.5s", 1500), ("0.25", 250), ("86400", 86_400_000),
      ("5m", 300_000), ("1h", 3_600_000), ("24h", 86_400_000), ("0.5h", 1_800_000), ("1.5m", 90_000), ("0ms", 0),
    ] as [(String, Int64)])
  func secondsOrANumberWithAUnitAreRead(_ text: String, _ milliseconds: Int64) {
    #expect(Duration(text: text) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", "s", "ms", "m", "h", "-1", "+1", "1d", "1M", "1 s", "25h", "1441m", "9223372036854775807h", "1e3", ".5", "1.",
    "1.2.3", "86401", "99999999999999999999",
  ])
  func otherTextsAreRefused(_ text: String) {
    #expect(Duration(text: text) == nil)
  }
}

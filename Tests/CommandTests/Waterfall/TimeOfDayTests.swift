import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct TimeOfDayTests {
  @Test(
    arguments: [
      (0, "1970-01-01 00:00:00.000000 UTC"), (951_782_400_000_000_000, "2000-02-29 00:00:00.000000 UTC"),
      (1_704_067_199_999_999_999, "2023-12-31 23:59:59.999999 UTC"),
      (4_107_542_400_000_000_000, "2100-03-01 00:00:00.000000 UTC"), (.max, "2554-07-21 23:34:33.709551 UTC"),
    ] as [(UInt64, String)])
  func theDateIsInUTC(_ nanoseconds: UInt64, _ text: String) {
    #expect(TimeOfDay(unixNano: nanoseconds).dateText == text)
  }
}

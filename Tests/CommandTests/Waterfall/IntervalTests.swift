import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct IntervalTests {
  @Test(
    "a time that rounds to one of the next unit is shown in that",
    arguments: [
      (0, "0 ns"), (1, "1 ns"), (999, "999 ns"), (1000, "1.0 µs"), (999_949, "999.9 µs"), (999_998, "1.0 ms"),
      (999_949_999, "999.9 ms"), (999_999_999, "1.00 s"), (59_994_000_000, "59.99 s"), (59_999_600_000, "1.0 min"),
      (3_599_999_000_000, "1.0 h"), (5_400_000_000_000, "1.5 h"), (86_399_000_000_000, "1.0 d"), (.max, "213504.0 d"),
    ] as [(UInt64, String)])
  func carried(_ nanoseconds: UInt64, _ text: String) {
    #expect(Interval.text(nanoseconds) == text)
  }

  @Test func timesFitTheirColumn() {
    for exponent in 0..<64 {
      for value in [UInt64(1) << exponent, (UInt64(1) << exponent) &- 1, .max >> UInt64(exponent)] {
        #expect(Interval.text(value).count <= 10, "\(Interval.text(value))")
      }
    }
  }

  @Test(
    "a time that isn't set is named",
    arguments: [
      (0, 0, "no times"), (0, 5, "no start"), (5, 0, "no end"), (5, 4, "end<start"), (5, 5, "0 ns"), (5, 7, "2 ns"),
    ] as [(UInt64, UInt64, String)])
  func unset(_ start: UInt64, _ end: UInt64, _ text: String) {
    #expect(Interval(start: start, end: end).text == text)
  }
}

#if OpenTelemetrySwift
  import Foundation
  import TestThreads
  import Testing

  @testable import TelemetryOpenTelemetry

  @Suite(.ownThreads) struct UnixTimeTests {
    @Test func datesKeepTheirDigits() {
      // One second in 2026 and the smallest fraction that a `Date` has there.
      let date = Date(timeIntervalSinceReferenceDate: 817_000_000.25)
      #expect(UnixTime.nanoseconds(date) == 1_795_307_200_250_000_000)
      let next = Date(timeIntervalSinceReferenceDate: date.timeIntervalSinceReferenceDate.nextUp)
      #expect(UnixTime.nanoseconds(next) - UnixTime.nanoseconds(date) == 119)
      #expect(UnixTime.nanoseconds(Date(timeIntervalSince1970: 0)) == 0)
      #expect(UnixTime.nanoseconds(Date(timeIntervalSinceReferenceDate: 0.9999999999)) == 978_307_201_000_000_000)
    }

    @Test func datesOutOfRangeAreClamped() {
      for time in [-.infinity, -1e20, -978_307_201, .nan] {
        #expect(UnixTime.nanoseconds(Date(timeIntervalSinceReferenceDate: time)) == 0)
      }
      #expect(UnixTime.nanoseconds(Date(timeIntervalSinceReferenceDate: 1e15)) == .max)
    }

    @Test func limitsOfTimeAreBounded() {
      let cases: [(TimeInterval?, Duration)] = [
        (nil, .seconds(7)), (.nan, .seconds(7)), (0.5, .milliseconds(500)), (-1, .zero), (.infinity, .seconds(86_400)),
        (1e300, .seconds(86_400)),
      ]
      for (interval, duration) in cases {
        #expect(UnixTime.duration(interval, standard: .seconds(7)) == duration, "\(String(describing: interval))")
      }
    }
  }
#endif

import TelemetryCore
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct SpanTimesTests {
  @Test(
    "start, end and duration complete each other",
    arguments: [
      (nil, nil, nil, 1000, 1000), (10, nil, nil, 10, 1000), (nil, 20, nil, 20, 20), (nil, nil, 100, 900, 1000),
      (10, 20, nil, 10, 20), (10, nil, 5, 10, 15), (nil, 20, 5, 15, 20), (nil, 20, 50, 0, 20), (20, 20, nil, 20, 20),
      (UInt64.max, nil, 5, .max, .max),
    ] as [(UInt64?, UInt64?, Int64?, UInt64, UInt64)])
  func completion(_ start: UInt64?, _ end: UInt64?, _ duration: Int64?, _ first: UInt64, _ last: UInt64) throws {
    let times = try SpanTimes(
      start: start.map { Moment("typed", nanoseconds: $0) }, end: end.map { Moment("typed", nanoseconds: $0) },
      duration: duration.map { .nanoseconds($0) }, now: 1000)
    #expect(times.start == first && times.end == last)
  }

  @Test(
    "an end before the start and three values are refused",
    arguments: [
      (
        20, 10, nil,
        "--start: 'typed' is not allowed; allowed: a time before the end, 1970-01-01T00:00:00.00000001Z; "
          + "this is 1970-01-01T00:00:00.00000002Z"
      ),
      (2000, nil, nil, "--start: 'typed'"),
      (10, 20, 5, "--duration: '0s' is not allowed; allowed: together"),
    ] as [(UInt64?, UInt64?, Int64?, String)])
  func refusal(_ start: UInt64?, _ end: UInt64?, _ duration: Int64?, _ message: String) {
    do throws(ConfigurationError) {
      _ = try SpanTimes(
        start: start.map { Moment("typed", nanoseconds: $0) }, end: end.map { Moment("typed", nanoseconds: $0) },
        duration: duration.map { .nanoseconds($0) }, now: 1000)
      Issue.record("accepted")
    } catch {
      #expect(error.description.hasPrefix(message), "\(error)")
    }
  }
}

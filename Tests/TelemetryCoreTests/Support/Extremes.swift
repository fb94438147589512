/// Values at the ends of their types.
enum Extremes {
  static let integers: [Int] = [
    .min, .min + 1, -(1 << 32), -1, 0, 1, 63, 64, 65, 256, 257, 1 << 17, 1 << 26, 1 << 32, .max - 1, .max,
  ]
  static let durations: [Duration] = [
    .seconds(Int64.min), .nanoseconds(Int64.min), .seconds(-1), .nanoseconds(-1), .zero, .nanoseconds(1),
    .seconds(3600),
    .seconds(3601), .nanoseconds(Int64.max), .seconds(Int64.max),
    Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999),
    Duration(secondsComponent: .min, attosecondsComponent: -999_999_999_999_999_999),
  ]
  static let instants: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
  static let texts = [
    "", "a", "otlp", "1234567890", "12345678901", String(repeating: "é", count: 10), "a b", "a\0b", "a\nb", "\u{202E}",
    String(repeating: "x", count: 100_000),
  ]
}

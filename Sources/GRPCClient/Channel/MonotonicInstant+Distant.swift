internal import TelemetryCore

extension MonotonicInstant {
  static let distantPast = MonotonicInstant(nanoseconds: .min)
  static let distantFuture = MonotonicInstant(nanoseconds: .max)
}

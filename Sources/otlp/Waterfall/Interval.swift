/// The start and the end of a span or a trace, in nanoseconds since 1970. OTLP's 0 is a time that isn't set.
package struct Interval: Hashable, Sendable {
  package let start: UInt64
  package let end: UInt64

  package init(start: UInt64, end: UInt64) {
    self.start = start
    self.end = end
  }

  /// The time from the start to the end; nil if one of them isn't set, or the end comes first.
  package var length: UInt64? { start > 0 && end >= start ? end - start : nil }

  /// The length, or the reason why there is none, in at most ten columns.
  package var text: String {
    if let length { return Self.text(length) }
    return switch (start, end) {
    case (0, 0): "no times"
    case (0, _): "no start"
    case (_, 0): "no end"
    default: "end<start"
    }
  }

  private struct Unit {
    let nanoseconds: UInt64
    let name: String
    let digits: Int
  }

  private static let units = [
    Unit(nanoseconds: 1, name: "ns", digits: 0), Unit(nanoseconds: 1000, name: "µs", digits: 1),
    Unit(nanoseconds: 1_000_000, name: "ms", digits: 1), Unit(nanoseconds: 1_000_000_000, name: "s", digits: 2),
    Unit(nanoseconds: 60_000_000_000, name: "min", digits: 1),
    Unit(nanoseconds: 3_600_000_000_000, name: "h", digits: 1),
    Unit(nanoseconds: 86_400_000_000_000, name: "d", digits: 1),
  ]

  /// A time in the largest unit of which it has at least one after rounding: 999,998 ns are 1.0 ms.
  package static func text(_ nanoseconds: UInt64) -> String {
    for (unit, next) in zip(units, units.dropFirst()) {
      let scale: UInt64 = unit.digits == 0 ? 1 : unit.digits == 1 ? 10 : 100
      let rounded = (Double(nanoseconds) / Double(unit.nanoseconds) * Double(scale)).rounded()
      guard rounded >= Double(next.nanoseconds / unit.nanoseconds * scale) else { return text(nanoseconds, unit) }
    }
    return text(nanoseconds, units[units.count - 1])
  }

  private static func text(_ nanoseconds: UInt64, _ unit: Unit) -> String {
    decimal(Double(nanoseconds) / Double(unit.nanoseconds), unit.digits) + " " + unit.name
  }
}

import TelemetryCore

extension SeededRandom {
  /// A number from 0 up to `bound`.
  mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

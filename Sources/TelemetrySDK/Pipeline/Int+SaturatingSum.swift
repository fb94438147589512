extension Int {
  /// The sum, or the nearest representable number: the counts of a user's exporter may be any number.
  func saturatingSum(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}

extension Sequence<Int> {
  var saturatingSum: Int { reduce(0) { $0.saturatingSum($1) } }
}

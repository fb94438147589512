extension Attributes {
  /// True if no key is empty and no value is an array or a map.
  var isPlain: Bool {
    @inline(__always) borrowing get {
      var result = true
      elements.forEachBorrowed { element in
        if element.value.key.utf8.count == 0 || element.value.value.isNested { result = false }
      }
      return result
    }
  }

  /// Cuts values and leaves out attributes beyond the limits, and those with an empty key (RULES 4.5).
  /// - Returns: The number of those left out for a limit.
  @inline(__always)
  mutating func limit(most: Int, _ limits: ValueLimits) -> UInt32 {
    if elements.count <= most, limits.isUnlimited, isPlain { return 0 }
    return limitSlowly(most, limits)
  }

  @inline(never)
  private mutating func limitSlowly(_ most: Int, _ limits: ValueLimits) -> UInt32 {
    var kept: [Element] = []
    kept.reserveCapacity(Swift.min(elements.count, most))
    var dropped: UInt32 = 0
    for element in elements where !element.key.isEmpty {
      if kept.count < most, let value = limits.limited(element.value) {
        kept.append(Element(element.key, value))
      } else {
        dropped.increase()
      }
    }
    elements = kept
    return dropped
  }
}

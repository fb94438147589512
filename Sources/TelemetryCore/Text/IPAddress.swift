/// An IP address as a number.
package enum IPAddress: Hashable, Sendable {
  case v4(UInt32)
  case v6(high: UInt64, low: UInt64)

  /// Reads an IPv4 address in four decimal parts, or an IPv6 address without brackets and zone; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let text = Substring(text)
    if let number = IPAddress.v4(text) {
      self = .v4(number)
    } else if let (high, low) = IPAddress.v6(text) {
      self = .v6(high: high, low: low)
    } else {
      return nil
    }
  }

  /// The IPv4 address that an IPv4-mapped IPv6 address holds; any other address unchanged (RFC 4291, 2.5.5.2).
  package var unmapped: IPAddress {
    guard case .v6(0, let low) = self, low >> 32 == 0xFFFF else { return self }
    return .v4(UInt32(truncatingIfNeeded: low))
  }

  /// True for 127.0.0.0/8 and ::1, the addresses of the machine itself.
  package var isLoopback: Bool {
    switch unmapped {
    case .v4(let number): number >> 24 == 127
    case .v6(let high, let low): high == 0 && low == 1
    }
  }

  /// The size of such an address in bits.
  package var bitCount: Int {
    switch self {
    case .v4: 32
    case .v6: 128
    }
  }

  /// True if both addresses are of one kind and have the same first `count` bits. A count above the size means all bits.
  package func hasPrefix(_ count: Int, of other: IPAddress) -> Bool {
    let count = min(max(0, count), bitCount)
    switch (self, other) {
    case (.v4(let own), .v4(let other)): return (own ^ other) >> (32 - count) == 0
    case (.v6(let high, let low), .v6(let otherHigh, let otherLow)):
      guard count > 64 else { return (high ^ otherHigh) >> (64 - count) == 0 }
      return high == otherHigh && (low ^ otherLow) >> (128 - count) == 0
    default: return false
    }
  }
}

// MARK: Reading

extension IPAddress {
  private static func v4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var number: UInt32 = 0
    for part in parts {
      // Some programs read a number with a leading zero as octal, others as decimal: here it is an error.
      guard let value = UInt8(decimal: part), part.utf8.count == 1 || part.first != "0" else { return nil }
      number = number << 8 | UInt32(value)
    }
    return number
  }

  private static func v6(_ text: Substring) -> (high: UInt64, low: UInt64)? {
    let groups: [UInt16]
    if let gap = text.firstRange(of: "::") {
      guard let front = v6Groups(text[..<gap.lowerBound]), let back = v6Groups(text[gap.upperBound...]),
        front.count + back.count < 8
      else { return nil }
      groups = front + Array(repeating: 0, count: 8 - front.count - back.count) + back
    } else {
      guard let all = v6Groups(text), all.count == 8 else { return nil }
      groups = all
    }
    let halves = [groups[..<4], groups[4...]].map { $0.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return (halves[0], halves[1])
  }

  /// The groups of 16 bits in a part of an address. The last two groups may have the form of an IPv4 address.
  private static func v6Groups(_ text: Substring) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, let number = v4(part) {
        groups += [UInt16(number >> 16), UInt16(truncatingIfNeeded: number)]
        continue
      }
      guard (1...4).contains(part.utf8.count), let value = Hexadecimal.number(part.utf8) else { return nil }
      groups.append(UInt16(value))
    }
    return groups
  }
}

// MARK: Writing

extension IPAddress: CustomStringConvertible {
  /// The address in its usual form, IPv6 without brackets (RFC 5952).
  package var description: String {
    switch self {
    case .v4(let number): [24, 16, 8, 0].map { String(number >> $0 & 0xFF) }.joined(separator: ".")
    case .v6(let high, let low): IPAddress.text(high, low)
    }
  }

  private static func text(_ high: UInt64, _ low: UInt64) -> String {
    if high == 0, low >> 32 == 0xFFFF { return "::ffff:\(IPAddress.v4(UInt32(truncatingIfNeeded: low)))" }
    let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) } }
    let hex = groups.map { String($0, radix: 16) }
    let gap = longestZeros(groups)
    guard gap.count > 1 else { return hex.joined(separator: ":") }
    return hex[..<gap.lowerBound].joined(separator: ":") + "::" + hex[gap.upperBound...].joined(separator: ":")
  }

  /// The first longest run of zero groups.
  private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > best.count { best = start..<index + 1 }
    }
    return best
  }
}

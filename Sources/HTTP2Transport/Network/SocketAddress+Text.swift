extension SocketAddress: CustomStringConvertible {
  /// The address as it is usually written: `127.0.0.1:4317`, `[::1]:4317`, `unix:/path`, `unix-abstract:name`.
  package var description: String {
    switch self {
    case .ipv4(_, let port): "\(host):\(port)"
    case .ipv6(_, _, let port, _): "[\(host)]:\(port)"
    case .unix(let path): "unix:\(path)"
    case .unixAbstract(let name): "unix-abstract:\(name)"
    }
  }

  /// The IP address without port and brackets (IPv6 as in RFC 5952); the path or name of a Unix socket.
  package var host: String {
    switch self {
    case .ipv4(let number, _): SocketAddress.text(number)
    case .ipv6(let high, let low, _, let scope): SocketAddress.text(high, low) + (scope == 0 ? "" : "%\(scope)")
    case .unix(let path): path
    case .unixAbstract(let name): name
    }
  }

  /// The port; nil for a Unix socket.
  package var port: UInt16? {
    switch self {
    case .ipv4(_, let port), .ipv6(_, _, let port, _): port
    case .unix, .unixAbstract: nil
    }
  }

  /// The same address with another port.
  package func withPort(_ port: UInt16) -> SocketAddress {
    switch self {
    case .ipv4(let number, _): .ipv4(number, port: port)
    case .ipv6(let high, let low, _, let scope): .ipv6(high: high, low: low, port: port, scope: scope)
    case .unix, .unixAbstract: self
    }
  }

  /// Reads an IPv4 address in four decimal parts, or an IPv6 address with or without brackets and with a numeric
  /// scope at most; nil for anything else.
  package init?(numeric text: String, port: UInt16) {
    if let number = SocketAddress.ipv4(text) {
      self = .ipv4(number, port: port)
      return
    }
    var text = text[...]
    if text.first == "[", text.last == "]" { text = text.dropFirst().dropLast() }
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard let (high, low) = SocketAddress.ipv6(parts[0]) else { return nil }
    guard parts.count > 1 else {
      self = .ipv6(high: high, low: low, port: port, scope: 0)
      return
    }
    guard let scope = SocketAddress.decimal(parts[1], digits: 10), let scope = UInt32(exactly: scope) else {
      return nil
    }
    self = .ipv6(high: high, low: low, port: port, scope: scope)
  }

  private static func decimal(_ text: Substring, digits: Int) -> Int? {
    guard (1...digits).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  private static func ipv4(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var number: UInt32 = 0
    for part in parts {
      // A leading zero is octal to some and decimal to others.
      guard let value = decimal(Substring(part), digits: 3), value < 256, part.count == 1 || part.first != "0" else {
        return nil
      }
      number = number << 8 | UInt32(value)
    }
    return number
  }

  private static func ipv6(_ text: Substring) -> (high: UInt64, low: UInt64)? {
    let groups: [UInt16]
    if let gap = text.firstRange(of: "::") {
      guard let front = ipv6Groups(text[..<gap.lowerBound]), let back = ipv6Groups(text[gap.upperBound...]),
        front.count + back.count < 8
      else { return nil }
      groups = front + Array(repeating: 0, count: 8 - front.count - back.count) + back
    } else {
      guard let all = ipv6Groups(text), all.count == 8 else { return nil }
      groups = all
    }
    let halves = [groups[..<4], groups[4...]].map { $0.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return (halves[0], halves[1])
  }

  /// The groups of 16 bits of a part of an address; the last two may be written as IPv4.
  private static func ipv6Groups(_ text: Substring) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, let number = ipv4(part) {
        groups += [UInt16(number >> 16), UInt16(truncatingIfNeeded: number)]
        continue
      }
      let isHex = part.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
      }
      guard (1...4).contains(part.utf8.count), isHex, let value = UInt16(part, radix: 16) else { return nil }
      groups.append(value)
    }
    return groups
  }

  private static func text(_ number: UInt32) -> String {
    [24, 16, 8, 0].map { String(number >> $0 & 0xFF) }.joined(separator: ".")
  }

  private static func text(_ high: UInt64, _ low: UInt64) -> String {
    if high == 0, low >> 32 == 0xFFFF { return "::ffff:" + text(UInt32(truncatingIfNeeded: low)) }
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

internal import TelemetryCore

/// The servers without a proxy, by the rules of `NO_PROXY` in Go's `net/http`.
package struct ProxyExceptions: Hashable, Sendable {
  private enum Rule: Hashable {
    case everything
    case address(IPAddress, prefix: Int, port: UInt16?)
    /// A domain in lower case with its subdomains; `includesItself` is false for the subdomains only.
    case domain(String, includesItself: Bool, port: UInt16?)
  }

  private var rules: [Rule] = []
  /// The invalid entries.
  package private(set) var problems: [String] = []

  /// The allowed forms of an entry.
  package static let forms = "*, example.com, .example.com, *.example.com, an IP address, or a range such as 10.0.0.0/8"

  /// Reads entries. Invalid entries become problems.
  package init(_ entries: [String]) {
    for entry in entries {
      if let rule = ProxyExceptions.rule(entry[...]) { rules.append(rule) } else { problems.append(entry) }
    }
  }

  /// - Returns: True if connections to the server are direct.
  /// - Parameter host: A name or an IP address, IPv6 without brackets and possibly with a zone.
  package func contains(host: String, port: UInt16) -> Bool {
    let address = IPAddress(host.prefix { $0 != "%" })?.unmapped
    let name = ProxyExceptions.normalized(host[...])
    return rules.contains { rule in
      switch rule {
      case .everything: true
      case .address(let base, let prefix, let rulePort):
        matches(rulePort, port) && address.map { $0.hasPrefix(prefix, of: base) } == true
      case .domain(let domain, let includesItself, let rulePort):
        matches(rulePort, port) && address == nil && (includesItself && name == domain || name.hasSuffix("." + domain))
      }
    }
  }

  private func matches(_ rulePort: UInt16?, _ port: UInt16) -> Bool { rulePort == nil || rulePort == port }

  /// The name in lower case, without the dot at the end of an absolute name.
  private static func normalized(_ name: Substring) -> String {
    (name.last == "." ? name.dropLast() : name).lowercased()
  }

  // MARK: Reading

  private static func rule(_ entry: Substring) -> Rule? {
    if entry == "*" { return .everything }
    if entry.contains("/") { return range(entry) }
    var entry = entry
    var includesItself = true
    if entry.hasPrefix("*.") { entry = entry.dropFirst() }
    if entry.first == "." {
      entry = entry.dropFirst()
      includesItself = false
    }
    guard let place = HostAndPort(entry) else { return nil }
    guard let address = IPAddress(place.host)?.unmapped else {
      let domain = normalized(place.host[...])
      return domain.isEmpty ? nil : .domain(domain, includesItself: includesItself, port: place.port)
    }
    return includesItself ? .address(address, prefix: address.bitCount, port: place.port) : nil
  }

  /// `10.0.0.0/8`, `fd00::/8`, and with a port `10.0.0.0/8:4317` or `[fd00::/8]:4317`.
  private static func range(_ entry: Substring) -> Rule? {
    var (range, port) = (entry, UInt16?.none)
    if entry.first == "[" {
      guard let end = entry.firstIndex(of: "]") else { return nil }
      range = entry[..<end].dropFirst()
      let tail = entry[entry.index(after: end)...]
      guard tail.isEmpty || tail.first == ":" else { return nil }
      if !tail.isEmpty { guard let read = HostAndPort.port(tail.dropFirst()) else { return nil }; port = read }
    }
    var parts = range.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let base = IPAddress(parts[0]) else { return nil }
    if case .v4 = base, port == nil, let colon = parts[1].firstIndex(of: ":") {
      guard let read = HostAndPort.port(parts[1][parts[1].index(after: colon)...]) else { return nil }
      (parts[1], port) = (parts[1][..<colon], read)
    }
    guard parts[1].utf8.count <= 3, let prefix = Int(decimal: parts[1]), prefix <= base.bitCount else { return nil }
    // A range of IPv4-mapped IPv6 addresses is a range of IPv4 addresses.
    if base.unmapped != base, prefix >= 96 { return .address(base.unmapped, prefix: prefix - 96, port: port) }
    return .address(base, prefix: prefix, port: port)
  }
}

internal import TelemetryCore

/// The allowed values of `serverName` and `authority`.
enum ServerNameRules {
  /// Accepts a DNS name, an IP address, or a SPIFFE ID (SPIFFE, section 2).
  static func validate(serverName name: String) throws(ConfigurationError) {
    let scheme = "spiffe://"
    let isUsable =
      name.hasPrefix(scheme)
      ? isWorkload(name.dropFirst(scheme.count)) : HostAndPort.isName(name[...]) || isAddress(name)
    guard isUsable else {
      throw ConfigurationError(
        option: "serverName", value: name,
        allowed: "a host name, an IP address, or a SPIFFE ID such as spiffe://example.org/collector")
    }
  }

  /// Accepts a host with an optional port (RFC 9113, 8.3.1).
  static func validate(authority: String) throws(ConfigurationError) {
    guard HostAndPort(authority: authority) != nil else {
      throw ConfigurationError(
        option: "authority", value: authority, allowed: "host or host:port, an IPv6 address in brackets")
    }
  }

  private static func isAddress(_ name: String) -> Bool { IPAddress(name) != nil }

  private static func isWorkload(_ rest: Substring) -> Bool {
    let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2039).contains(rest.utf8.count), let domain = parts.first, domain == domain.lowercased() else {
      return false
    }
    return parts.allSatisfy {
      !$0.isEmpty && $0.utf8.allSatisfy(HostAndPort.isNameByte)
    } && domain.utf8.count <= 255 && parts.dropFirst().allSatisfy { $0 != "." && $0 != ".." }
  }
}

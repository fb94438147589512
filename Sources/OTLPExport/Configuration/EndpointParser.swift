internal import TelemetryCore

/// Reads an endpoint. Every error states the allowed forms.
struct EndpointParser {
  let text: String
  let insecure: Bool
  let option: String
  var defaultPort = Endpoint.defaultPort

  private static let forms = """
    http://host:port, https://host:port, host:port, dns:host:port, ipv4:address:port, ipv6:[address]:port, unix:path, \
    unix:///path, unix-abstract:name
    """

  func parse() throws(ConfigurationError) -> Endpoint {
    guard !text.isEmpty else { throw refused(EndpointParser.forms) }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw refused("no control characters")
    }
    if let separator = text.firstRange(of: "://") {
      return try url(scheme: text[..<separator.lowerBound].lowercased(), rest: text[separator.upperBound...])
    }
    guard let colon = text.firstIndex(of: ":") else { return try schemeless(text[...]) }
    let rest = text[text.index(after: colon)...]
    switch text[..<colon].lowercased() {
    case "unix": return try unix(path: rest)
    case "unix-abstract": return try unixAbstract(rest)
    case "dns": return try schemeless(rest)
    case "ipv4", "ipv6": return try addresses(rest)
    default: return try schemeless(text[...])
    }
  }

  private func url(scheme: String, rest: Substring) throws(ConfigurationError) -> Endpoint {
    switch scheme {
    case "http", "https": return try httpURL(rest, isSecure: scheme == "https")
    case "unix":
      guard rest.first == "/" else { throw refused("three slashes before an absolute path: unix:///path") }
      return try unix(path: rest)
    case "dns":
      guard rest.first == "/" else {
        throw refused("dns:host:port or dns:///host:port; the system's resolver is asked, no DNS server of its own")
      }
      return try schemeless(rest.dropFirst())
    default: throw refused(EndpointParser.forms)
    }
  }

  private func httpURL(_ rest: Substring, isSecure: Bool) throws(ConfigurationError) -> Endpoint {
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    guard rest[end...].isEmpty || rest[end...] == "/" else {
      throw refused("no path, query or fragment: gRPC fixes the path, so the endpoint ends with the port")
    }
    var authority = rest[..<end]
    let at = authority.lastIndex(of: "@")
    if let at { authority = authority[authority.index(after: at)...] }
    return Endpoint(target: .hosts([try host(authority)]), isSecure: isSecure, hasCredentials: at != nil)
  }

  private static let httpForms = """
    http://host:port/path, https://host:port/path, unix:path, unix:///path, unix-abstract:name
    """

  /// Reads an endpoint of OTLP over HTTP (RULES 2.3).
  func parseHTTP() throws(ConfigurationError) -> HTTPEndpoint {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw refused("\(EndpointParser.httpForms), without blanks; what isn't ASCII is percent-encoded")
    }
    for scheme in ["http", "https"] where text.lowercased().hasPrefix(scheme + "://") {
      return try httpLocation(text.dropFirst(scheme.utf8.count + 3), isSecure: scheme == "https")
    }
    let lowercased = text.lowercased()
    guard lowercased.hasPrefix("unix:") || lowercased.hasPrefix("unix-abstract:") else {
      throw refused(EndpointParser.httpForms)
    }
    return HTTPEndpoint(server: try parse(), path: "", query: "")
  }

  private func httpLocation(_ rest: Substring, isSecure: Bool) throws(ConfigurationError) -> HTTPEndpoint {
    guard !rest.contains("#") else { throw refused("no fragment: it isn't sent to a server") }
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    var authority = rest[..<end]
    let at = authority.lastIndex(of: "@")
    if let at { authority = authority[authority.index(after: at)...] }
    var parser = self
    parser.defaultPort = isSecure ? 443 : 80  // 2.3.4
    let host = try parser.host(authority)
    let query = rest[end...].firstIndex(of: "?") ?? rest.endIndex
    return HTTPEndpoint(
      server: Endpoint(target: .hosts([host]), isSecure: isSecure, hasCredentials: at != nil),
      path: String(rest[end..<query]), query: String(rest[query...]))
  }

  private func schemeless(_ rest: Substring) throws(ConfigurationError) -> Endpoint {
    guard !rest.contains(where: { $0 == "/" || $0 == "?" || $0 == "#" }) else {
      throw refused("no path, query or fragment: gRPC fixes the path, so the endpoint ends with the port")
    }
    guard !rest.contains("@") else { throw refused("no user name or password; a header carries credentials") }
    return Endpoint(target: .hosts([try host(rest)]), isSecure: !insecure)
  }

  private func addresses(_ rest: Substring) throws(ConfigurationError) -> Endpoint {
    var hosts: [Endpoint.Host] = []
    for part in rest.split(separator: ",", omittingEmptySubsequences: false) {
      let host = try host(part)
      guard host.isIPv6 || IPAddress(host.name) != nil else {
        throw refused("IP addresses: ipv4:127.0.0.1:4317,127.0.0.2:4317 or ipv6:[::1]:4317")
      }
      hosts.append(host)
    }
    return Endpoint(target: .hosts(hosts), isSecure: !insecure)
  }

  // sun_path has 108 bytes, and a path ends with a zero byte.
  private func unix(path: Substring) throws(ConfigurationError) -> Endpoint {
    guard (1...107).contains(path.utf8.count) else { throw refused("a socket's path of 1 to 107 bytes after 'unix:'") }
    return Endpoint(target: .unix(path: String(path)), isSecure: false)
  }

  private func unixAbstract(_ name: Substring) throws(ConfigurationError) -> Endpoint {
    guard (1...107).contains(name.utf8.count) else {
      throw refused("a socket's name of 1 to 107 bytes after 'unix-abstract:'")
    }
    return Endpoint(target: .unixAbstract(name: String(name)), isSecure: false)
  }

  private func host(_ authority: Substring) throws(ConfigurationError) -> Endpoint.Host {
    if authority.first == "[" { return try bracketed(authority.dropFirst()) }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { throw refused("an IPv6 address in brackets: [::1]:4317") }
    guard let name = parts.first, !name.isEmpty else { throw refused("a host before the port") }
    guard HostAndPort.isName(name) else {
      throw refused("a host name of ASCII letters, digits, '.', '-' and '_'")
    }
    let port = parts.count == 2 ? try port(parts[1]) : defaultPort
    return Endpoint.Host(name: String(name), port: port, isIPv6: false)
  }

  private func bracketed(_ rest: Substring) throws(ConfigurationError) -> Endpoint.Host {
    guard let end = rest.firstIndex(of: "]") else { throw refused("a ']' after the IPv6 address: [::1]:4317") }
    var parts = rest[..<end].split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = parts.first, case .v6 = IPAddress(address) else {
      throw refused("an IPv6 address in the brackets")
    }
    // In a URL the '%' before a zone is itself percent-encoded (RFC 6874, 2).
    if parts.count == 2, parts[1].hasPrefix("25"), parts[1].count > 2 { parts[1] = parts[1].dropFirst(2) }
    guard parts.count == 1 || (!parts[1].isEmpty && parts[1].utf8.allSatisfy(HostAndPort.isNameByte)) else {
      throw refused("an interface's name after '%'")
    }
    let tail = rest[rest.index(after: end)...]
    guard tail.isEmpty || tail.first == ":" else { throw refused("a port after the brackets: [::1]:4317") }
    let port = tail.isEmpty ? defaultPort : try port(tail.dropFirst())
    return Endpoint.Host(name: parts.joined(separator: "%"), port: port, isIPv6: true)
  }

  private func port(_ digits: Substring) throws(ConfigurationError) -> UInt16 {
    guard let port = HostAndPort.port(digits) else { throw refused("a port of 1 to 65535") }
    return port
  }

  private func refused(_ allowed: String) -> ConfigurationError {
    ConfigurationError(option: option, value: text, allowed: allowed)
  }
}

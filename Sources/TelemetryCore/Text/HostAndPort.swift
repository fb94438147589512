/// A host, and a port if there is one: `name`, `name:1`, `1.2.3.4:1`, `[::1]:1`, or `::1` alone.
package struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
  /// A name or an IP address, IPv6 without brackets and possibly with a zone.
  package let host: String
  package let port: UInt16?

  package init(host: String, port: UInt16?) {
    self.host = host
    self.port = port
  }

  /// Reads one of the forms above; nil for any other text. An IPv6 address has no zone.
  /// - Parameter ports: The ports that are allowed.
  package init?(_ text: some StringProtocol, ports: ClosedRange<UInt16> = 1...UInt16.max) {
    let text = Substring(text)
    if IPAddress(text) != nil {
      self.init(host: String(text), port: nil)
      return
    }
    let (host, rest): (Substring, Substring)
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]"), case .v6 = IPAddress(text[..<end].dropFirst()) else { return nil }
      (host, rest) = (text[..<end].dropFirst(), text[text.index(after: end)...])
    } else {
      let end = text.firstIndex(of: ":") ?? text.endIndex
      guard HostAndPort.isName(text[..<end]) else { return nil }
      (host, rest) = (text[..<end], text[end...])
    }
    var port: UInt16?
    if !rest.isEmpty {
      guard rest.first == ":", let number = HostAndPort.port(rest.dropFirst(), in: ports) else { return nil }
      port = number
    }
    self.init(host: String(host), port: port)
  }

  /// Reads the same forms except an IPv6 address without brackets, as in a URL (RFC 3986, 3.2.2).
  package init?(authority text: some StringProtocol) {
    self.init(text)
    if host.contains(":"), text.first != "[" { return nil }
  }

  /// Reads 1 to 5 decimal digits.
  package static func port(_ digits: Substring, in range: ClosedRange<UInt16> = 1...UInt16.max) -> UInt16? {
    guard digits.utf8.count <= 5, let port = UInt16(decimal: digits), range.contains(port) else { return nil }
    return port
  }

  /// True for a host name or an IPv4 address. The labels have at most 63 bytes (RFC 1035, 2.3.4), so that a token isn't
  /// taken for a name.
  package static func isName(_ text: Substring) -> Bool {
    (1...253).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
      && text.utf8.split(separator: UInt8(ascii: ".")).allSatisfy { $0.count <= 63 }
  }

  /// True for a letter, a digit, `.`, `-` and `_`.
  package static func isNameByte(_ byte: UInt8) -> Bool { byte.isASCIIAlphanumeric(or: ".-_") }

  /// The same place without the zone of an IPv6 address, which has no meaning on another machine.
  package var withoutZone: HostAndPort {
    host.contains(":") ? HostAndPort(host: String(host.prefix { $0 != "%" }), port: port) : self
  }

  /// The place as a URL has it: an IPv6 address in brackets, the port after a colon.
  package var description: String {
    (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
  }
}

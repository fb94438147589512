package import TelemetryCore

/// The parts of a proxy's URL.
package struct ProxyURL: Hashable, Sendable {
  /// A name, or an IP address without brackets.
  package let host: String
  package let port: UInt16
  /// The value of `Proxy-Authorization`; nil without credentials.
  package let authorization: String?

  /// The allowed forms.
  package static let forms = "http://host:port, http://user:password@host:port, or host:port"
  private static let defaultPort: UInt16 = 80

  /// Reads a URL.
  /// - Throws: An error that states the allowed forms and shows no credentials.
  package init(_ text: String, option: String = "proxy") throws(ConfigurationError) {
    func refused(_ allowed: String) -> ConfigurationError {
      ConfigurationError(option: option, value: text, allowed: allowed)
    }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw refused("\(ProxyURL.forms), without blanks; what isn't ASCII is percent-encoded")
    }
    var rest = text[...]
    if let separator = text.firstRange(of: "://"), ProxyURL.isScheme(text[..<separator.lowerBound]) {
      guard text[..<separator.lowerBound].lowercased() == "http" else {
        throw refused("\(ProxyURL.forms): the proxy itself is spoken to in plaintext, with HTTP's CONNECT")
      }
      rest = text[separator.upperBound...]
    }
    var credentials: Substring?
    if let at = rest.lastIndex(of: "@") {
      credentials = rest[..<at]
      rest = rest[rest.index(after: at)...]
    }
    if rest.last == "/" { rest = rest.dropLast() }
    guard let (host, port) = ProxyURL.place(rest) else { throw refused(ProxyURL.forms) }
    self.host = host
    self.port = port
    do throws(Flaw) {
      authorization = try credentials.flatMap { credentials throws(Flaw) in try ProxyURL.basic(credentials) }
    } catch {
      throw refused(error.allowed)
    }
  }

  private static func isScheme(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(Redaction.isSchemeByte)
  }

  private static func place(_ text: Substring) -> (String, UInt16)? {
    // An IPv6 address without brackets has no recognizable end.
    guard let place = HostAndPort(authority: text) else { return nil }
    return (place.host, place.port ?? defaultPort)
  }

  // MARK: Credentials

  private struct Flaw: Error {
    let allowed: String
  }

  /// - Returns: The value of the Basic scheme; nil for an empty name without a password (RFC 7617, 2).
  private static func basic(_ credentials: Substring) throws(Flaw) -> String? {
    let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let user = try decoded(parts[0])
    let password = parts.count > 1 ? try decoded(parts[1]) : []
    guard !user.isEmpty || !password.isEmpty else { return nil }
    guard !user.contains(UInt8(ascii: ":")) else { throw Flaw(allowed: "a user name without ':'") }
    return "Basic " + Base64.text(of: user + [UInt8(ascii: ":")] + password)
  }

  private static func decoded(_ text: Substring) throws(Flaw) -> [UInt8] {
    guard let bytes = PercentEncoding.bytes(text) else {
      throw Flaw(allowed: "credentials in which each '%' begins an escape, such as %25 for '%' itself")
    }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Flaw(allowed: "credentials without control characters")
    }
    return bytes
  }
}

extension ProxyURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL with `[REDACTED]` for credentials.
  package var description: String {
    "http://\(authorization == nil ? "" : Redaction.mark + "@")\(HostAndPort(host: host, port: port))"
  }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

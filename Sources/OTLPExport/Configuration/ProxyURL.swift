package import TelemetryCore

/// A proxy's URL, taken apart.
package struct ProxyURL: Hashable, Sendable {
  /// A name, or an IP address without brackets.
  package let host: String
  package let port: UInt16
  /// The value of `Proxy-Authorization`; nil without credentials.
  package let authorization: String?

  /// What is allowed, in words.
  package static let forms = "http://host:port, http://user:password@host:port, or host:port"
  private static let defaultPort: UInt16 = 80

  /// Reads a URL; every refusal says what would have been right, and shows no credentials.
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
    // Without brackets nobody can tell where an IPv6 address ends.
    guard let place = HostAndPort(text), text.first == "[" || !place.host.contains(":") else { return nil }
    return (place.host, place.port ?? defaultPort)
  }

  // MARK: Credentials

  private struct Flaw: Error {
    let allowed: String
  }

  /// RFC 7617; nil for an empty name without a password.
  private static func basic(_ credentials: Substring) throws(Flaw) -> String? {
    let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let user = try decoded(parts[0])
    let password = parts.count > 1 ? try decoded(parts[1]) : []
    guard !user.isEmpty || !password.isEmpty else { return nil }
    guard !user.contains(UInt8(ascii: ":")) else { throw Flaw(allowed: "a user name without ':'") }
    var text = Array("Basic ".utf8)
    Base64.encode(user + [UInt8(ascii: ":")] + password, into: &text)
    return String(decoding: text, as: UTF8.self)
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
  /// Host and port, with a note of credentials.
  package var description: String {
    let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    return "http://" + (authorization == nil ? "" : Redaction.mark + "@") + place
  }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

/// A host, and a port if there is one: `name`, `name:1`, `1.2.3.4:1`, `[::1]:1`, or `::1` alone.
struct HostAndPort {
  let host: String
  let port: UInt16?

  /// Nil for what is neither.
  init?(_ text: some StringProtocol) {
    let text = Substring(text)
    if IPAddress(text) != nil {
      (host, port) = (String(text), nil)
    } else if text.first == "[" {
      guard let end = text.firstIndex(of: "]"), case .v6 = IPAddress(text[..<end].dropFirst()) else { return nil }
      let tail = text[text.index(after: end)...]
      guard tail.isEmpty || tail.first == ":" && HostAndPort.port(tail.dropFirst()) != nil else { return nil }
      (host, port) = (String(text[..<end].dropFirst()), tail.isEmpty ? nil : HostAndPort.port(tail.dropFirst()))
    } else {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard HostAndPort.isName(parts[0]), parts.count == 1 || HostAndPort.port(parts[1]) != nil else { return nil }
      (host, port) = (String(parts[0]), parts.count == 1 ? nil : HostAndPort.port(parts[1]))
    }
  }

  static func port(_ digits: Substring) -> UInt16? {
    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(digits), port > 0
    else { return nil }
    return port
  }

  /// Labels of at most 63 bytes (RFC 1035, 2.3.4), so that a token isn't taken for a name.
  static func isName(_ text: Substring) -> Bool {
    (1...253).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
      && text.utf8.split(separator: UInt8(ascii: ".")).allSatisfy { $0.count <= 63 }
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

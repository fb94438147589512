internal import TelemetryCore

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

internal import OTLPTesting
internal import TelemetryCore

/// Where `otlp receive` listens: `127.0.0.1`, `0.0.0.0:4317`, `[::1]:4317`, `localhost` or `unix:/path`.
package struct ListenAddress: Hashable, Sendable {
  package enum Place: Hashable, Sendable {
    case host(String)
    case path(String)
  }

  package let place: Place
  /// nil if the text names none.
  package let port: UInt16?

  /// nil if the text is none of the above.
  package init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard !path.isEmpty, path.utf8.count < 100, !path.utf8.contains(0) else { return nil }
      (place, port) = (.path(path), nil)
      return
    }
    var host = text[...]
    var port: UInt16?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":"), case .v6? = IPAddress(host) else { return nil }
      if !rest.isEmpty {
        guard let number = Self.port(rest.dropFirst()) else { return nil }
        port = number
      }
    } else if let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...].firstIndex(of: ":") == nil {
      host = text[..<colon]
      guard let number = Self.port(text[text.index(after: colon)...]) else { return nil }
      port = number
    }
    if host == "localhost" { host = "127.0.0.1" }
    guard IPAddress(host) != nil else { return nil }
    (place, self.port) = (.host(String(host)), port)
  }

  private static func port(_ text: Substring) -> UInt16? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(text) : nil
  }
}

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
    guard let listener = HostAndPort(text, ports: 0...UInt16.max) else { return nil }
    let host = listener.host == "localhost" ? "127.0.0.1" : listener.host
    guard IPAddress(host) != nil else { return nil }
    (place, port) = (.host(host), listener.port)
  }
}

internal import OTLPTesting
internal import TelemetryCore

/// The address of `otlp receive`: `127.0.0.1`, `0.0.0.0:4317`, `[::1]:4317`, `localhost` or `unix:/path`.
package struct ListenAddress: Hashable, Sendable {
  package enum Place: Hashable, Sendable {
    case host(String)
    case path(String)
  }

  static let standard = ListenAddress(place: .host("127.0.0.1"), port: nil)

  package let place: Place
  /// The port; nil if the text has none.
  package let port: UInt16?

  private init(place: Place, port: UInt16?) {
    self.place = place
    self.port = port
  }

  /// Nil if the text has another form.
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

extension OptionReader<ListenAddress> {
  static var listenAddress: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      guard let address = ListenAddress(value.text) else {
        throw value.refused(
          allowed: "an IP address of this machine, with a port or without, localhost, or unix:/path")
      }
      return address
    }
  }
}

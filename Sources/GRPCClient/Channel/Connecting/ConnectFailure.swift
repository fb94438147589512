internal import HTTP2Transport
internal import TelemetryCore

/// The reason why an attempt to connect failed, as text that a user can act on.
struct ConnectFailure: Error, Hashable, Sendable {
  var text: String
  var tls: TLSError?

  init(_ text: String, tls: TLSError? = nil) {
    self.text = text
    self.tls = tls
  }

  /// The text names the proxy, unless the error does so already.
  init(_ error: NetworkError, proxy: ProxyServer?) {
    self.init(error.description)
    if case .proxy = error { return }
    if let proxy { text = "the proxy \(proxy): \(text)" }
  }

  init(_ error: HTTP2ConnectError, at peer: String, isSecure: Bool) {
    switch error {
    case .tls(let error): self.init("\(peer): TLS: \(error.message)", tls: error)
    case .http1: self.init("\(peer): the server answers in HTTP/1, not HTTP/2: is this the port for OTLP over gRPC?")
    case .peerSpeaksTLS: self.init("\(peer): the server speaks TLS at this port: use https://")
    case .closedByPeer:
      let hint = isSecure ? "" : " (does it want TLS?)"
      self.init("\(peer): the server closed the connection before HTTP/2 was set up\(hint)")
    case .transport(let error): self.init("\(peer): \(error)")
    case .notHTTP2(let found):
      self.init("\(peer): the server doesn't speak HTTP/2: \(found.sanitized(limit: 200))")
    case .goAway(let code, let debug):
      let text = debug.isEmpty ? "" : ": \(debug.sanitized(limit: 200))"
      self.init("\(peer): the server refuses connections (GOAWAY \(HTTP2ErrorCode.name(of: code))\(text))")
    case .timedOut: self.init("\(peer): the server accepted the connection and didn't answer in time")
    case .cancelled: self.init("\(peer): given up")
    }
  }

  /// The failures of several addresses with the text of each and the first TLS error: that attempt got furthest.
  static func joined(_ failures: [ConnectFailure]) -> ConnectFailure? {
    guard !failures.isEmpty else { return nil }
    var texts: [String] = []
    for failure in failures where !texts.contains(failure.text) { texts.append(failure.text) }
    let rest = texts.count > 4 ? "; and \(texts.count - 4) more" : ""
    return ConnectFailure(
      texts.prefix(4).joined(separator: "; ") + rest, tls: failures.lazy.compactMap(\.tls).first)
  }
}

internal import HTTP2Transport
internal import TelemetryCore

/// Why no connection came about, in words that a user can act on.
struct ConnectFailure: Error, Hashable, Sendable {
  var text: String
  var tls: TLSError?

  init(_ text: String, tls: TLSError? = nil) {
    self.text = text
    self.tls = tls
  }

  init(_ error: NetworkError) {
    switch error {
    case .unresolved(let host, let reason): self.init("the name '\(host)' can't be resolved: \(reason)")
    case .connect(let address, let error): self.init("\(ConnectFailure.text(of: address)): \(error)")
    case .timedOut(.some(let address)): self.init("\(ConnectFailure.text(of: address)): connect: no answer in time")
    case .timedOut(nil): self.init("name resolution: no answer in time")
    case .cancelled: self.init("given up")
    }
  }

  init(_ error: HTTP2ConnectError, at address: SocketAddress, isSecure: Bool) {
    let peer = ConnectFailure.text(of: address)
    switch error {
    case .tls(let error): self.init("\(peer): TLS: \(error.message)", tls: error)
    case .http1: self.init("\(peer): the server answers in HTTP/1, not HTTP/2: is this the port for OTLP over gRPC?")
    case .peerSpeaksTLS: self.init("\(peer): the server speaks TLS at this port: use https://")
    case .closedByPeer:
      let hint = isSecure ? "" : " (does it want TLS?)"
      self.init("\(peer): the server closed the connection before HTTP/2 was set up\(hint)")
    case .transport(let error): self.init("\(peer): \(error)")
    case .notHTTP2(let what):
      self.init("\(peer): the server doesn't speak HTTP/2: \(Diagnostics.sanitized(what, limit: 200))")
    case .goAway(let code, let debug):
      let words = debug.isEmpty ? "" : ": \(Diagnostics.sanitized(debug, limit: 200))"
      self.init("\(peer): the server refuses connections (GOAWAY \(GRPCResponse.name(of: code))\(words))")
    case .timedOut: self.init("\(peer): the server accepted the connection and didn't answer in time")
    case .cancelled: self.init("\(peer): given up")
    }
  }

  /// The failures of several addresses: all their words, and the TLS failure, which got furthest.
  static func joined(_ failures: [ConnectFailure]) -> ConnectFailure? {
    guard !failures.isEmpty else { return nil }
    var texts: [String] = []
    for failure in failures where !texts.contains(failure.text) { texts.append(failure.text) }
    let rest = texts.count > 4 ? "; and \(texts.count - 4) more" : ""
    return ConnectFailure(
      texts.prefix(4).joined(separator: "; ") + rest, tls: failures.lazy.compactMap(\.tls).first)
  }

  private static func text(of address: SocketAddress) -> String {
    switch address {
    case .ipv4(let bits, let port):
      return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255):\(port)"
    case .ipv6(let high, let low, let port, _):
      return "[\(IPv6Text.text(high: high, low: low))]:\(port)"
    case .unix(let path): return "unix:\(path)"
    case .unixAbstract(let name): return "unix-abstract:\(name)"
    }
  }
}

/// The canonical form of an IPv6 address (RFC 5952).
private enum IPv6Text {
  static func text(high: UInt64, low: UInt64) -> String {
    let groups = [high, low].flatMap { word in
      [48, 32, 16, 0].map { shift in UInt16(truncatingIfNeeded: word >> UInt64(shift)) }
    }
    var zeros = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(1, zeros.count) { zeros = start..<end }
      start = end + 1
    }
    func hex(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
    guard !zeros.isEmpty else { return hex(groups[...]) }
    return hex(groups[..<zeros.lowerBound]) + "::" + hex(groups[zeros.upperBound...])
  }
}

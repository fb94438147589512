internal import TelemetryCore

/// The address of a socket.
package enum SocketAddress: Hashable, Sendable {
  /// An IPv4 address (4 bytes, network order, as a big-endian number) and a port.
  case ipv4(UInt32, port: UInt16)
  /// An IPv6 address (16 bytes as two big-endian numbers), a port and a scope (0 for none).
  case ipv6(high: UInt64, low: UInt64, port: UInt16, scope: UInt32)
  /// A path in the file system.
  case unix(path: String)
  /// A name in Linux's abstract namespace.
  case unixAbstract(name: String)
}

extension SocketAddress: CustomStringConvertible {
  /// The address in its usual form: `127.0.0.1:4317`, `[::1]:4317`, `unix:/path`, `unix-abstract:name`.
  package var description: String {
    switch self {
    case .ipv4, .ipv6: "\(HostAndPort(host: host, port: port))"
    case .unix(let path): "unix:\(path)"
    case .unixAbstract(let name): "unix-abstract:\(name)"
    }
  }

  /// The IP address without port and brackets (RFC 5952), or the path or name of a Unix socket.
  package var host: String {
    switch self {
    case .ipv4(let number, _): "\(IPAddress.v4(number))"
    case .ipv6(let high, let low, _, let scope):
      "\(IPAddress.v6(high: high, low: low))" + (scope == 0 ? "" : "%\(scope)")
    case .unix(let path): path
    case .unixAbstract(let name): name
    }
  }

  /// The port; nil for a Unix socket.
  package var port: UInt16? {
    switch self {
    case .ipv4(_, let port), .ipv6(_, _, let port, _): port
    case .unix, .unixAbstract: nil
    }
  }

  /// The interface of a link-local IPv6 address; 0 for none.
  package var scope: UInt32 { if case .ipv6(_, _, _, let scope) = self { scope } else { 0 } }

  /// The same address without a scope.
  package var withoutScope: SocketAddress {
    guard case .ipv6(let high, let low, let port, _) = self else { return self }
    return .ipv6(high: high, low: low, port: port, scope: 0)
  }

  /// The same address with another port.
  package func withPort(_ port: UInt16) -> SocketAddress {
    switch self {
    case .ipv4(let number, _): .ipv4(number, port: port)
    case .ipv6(let high, let low, _, let scope): .ipv6(high: high, low: low, port: port, scope: scope)
    case .unix, .unixAbstract: self
    }
  }

  /// Reads an IPv4 address in four decimal parts, or an IPv6 address with optional brackets and an optional numeric scope.
  /// Nil for any other text.
  package init?(numeric text: String, port: UInt16) {
    if case .v4(let number) = IPAddress(text) {
      self = .ipv4(number, port: port)
      return
    }
    var text = text[...]
    if text.first == "[", text.last == "]" { text = text.dropFirst().dropLast() }
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard case .v6(let high, let low) = IPAddress(parts[0]) else { return nil }
    guard parts.count > 1 else {
      self = .ipv6(high: high, low: low, port: port, scope: 0)
      return
    }
    guard let scope = UInt32(decimal: parts[1]) else { return nil }
    self = .ipv6(high: high, low: low, port: port, scope: scope)
  }
}

package import TelemetryCore

/// An HTTP proxy that makes connections for others.
package struct ProxyServer: Hashable, Sendable {
  /// A name, or an address without brackets.
  package var host: String
  package var port: UInt16
  /// The value of `Proxy-Authorization`, a secret; nil for none.
  package var authorization: String?

  package init(host: String, port: UInt16, authorization: String? = nil) {
    self.host = host
    self.port = port
    self.authorization = authorization
  }
}

extension ProxyServer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Host and port, without credentials.
  package var description: String { "\(HostAndPort(host: host, port: port))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror {
    let shown = authorization.map { _ in Redaction.mark } ?? "none"
    return Mirror(self, children: ["host": host, "port": port, "authorization": shown], displayStyle: .struct)
  }
}

/// The way to a server through a proxy, which looks the server's name up itself.
package struct ProxyRoute: Hashable, Sendable {
  package var proxy: ProxyServer
  /// The server as `CONNECT` names it: a name or an address, IPv6 in brackets, and the port.
  package var target: String
  package var userAgent: String

  package init(proxy: ProxyServer, target: String, userAgent: String = "") {
    self.proxy = proxy
    self.target = target
    self.userAgent = userAgent
  }
}

/// Why a proxy made no connection.
package enum ProxyFailure: Error, Hashable, Sendable {
  /// It wants a user name and password: it got none, or it got others. With the names of the ways in which it takes
  /// them.
  case credentials(wereSent: Bool, schemes: [String])
  /// It answered with a status that isn't success.
  case refused(status: Int, reason: String)
  /// It speaks something else than HTTP/1.
  case notHTTP(NotHTTP)
  /// It ended the connection before it had answered.
  case closed
  /// The head of its answer is longer than anybody needs.
  case tooLong
  /// It accepted the connection and didn't answer in time.
  case timedOut
  /// The connection to it failed.
  case transport(SystemError)

  /// What it may be instead.
  package enum NotHTTP: Hashable, Sendable {
    case tls
    case http2
    case other
  }
}

extension ProxyFailure {
  /// In words, which a user can act on.
  package var text: String {
    switch self {
    case .credentials(let wereSent, let schemes):
      let isBasic = schemes.isEmpty || schemes.contains("basic")
      let ways = isBasic ? "" : " (by \(schemes.joined(separator: ", ")); only Basic is supported)"
      return wereSent
        ? "it doesn't accept the user name and password in its URL\(ways)"
        : "it wants a user name and password in its URL\(ways)"
    case .refused(let status, let reason):
      return "\(ProxyFailure.meaning(of: status)) (\(status)\(reason.isEmpty ? "" : " \(reason)"))"
    case .notHTTP(.tls): return "it speaks TLS; only proxies that are spoken to in plaintext are supported"
    case .notHTTP(.http2): return "it answers in HTTP/2, not in HTTP/1 as a proxy would: is it one?"
    case .notHTTP(.other): return "it doesn't speak HTTP: is it a proxy?"
    case .closed: return "it closed the connection without an answer: is it a proxy?"
    case .tooLong: return "its answer is too long: is it a proxy?"
    case .timedOut: return "it accepted the connection and didn't answer in time"
    case .transport(let error): return "\(error)"
    }
  }

  private static func meaning(of status: Int) -> String {
    switch status {
    case 400, 404, 405, 501: "it makes no connections: is it a proxy?"
    case 401, 403: "it forbids this connection"
    case 500..<600: "it can't connect to the server"
    default: "it made no connection"
    }
  }
}

package import TelemetryCore

/// The reason why a proxy made no connection.
package enum ProxyFailure: Error, Hashable, Sendable {
  /// The proxy requires a user name and password, or refuses the configured ones. `schemes` lists the authentication
  /// schemes of the proxy in lower case.
  case credentials(wereSent: Bool, schemes: [String])
  /// The proxy answered with a status other than 2xx.
  case refused(status: Int, reason: String)
  /// The proxy doesn't speak HTTP/1.
  case notHTTP(NotHTTP)
  /// The proxy closed the connection before the answer was complete.
  case closed
  /// The head of the answer is too long.
  case tooLong
  /// The proxy accepted the connection and didn't answer in time.
  case timedOut
  /// The connection to the proxy failed.
  case transport(SystemError)

  /// The protocol of the peer, by its first bytes.
  package enum NotHTTP: Hashable, Sendable {
    case tls
    case http2
    case other
  }
}

extension ProxyFailure {
  /// The message for the user.
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

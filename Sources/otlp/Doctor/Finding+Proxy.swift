internal import HTTP2Transport
internal import TelemetryCore

extension Finding {
  /// What can't be reached where a proxy is asked for; nil if the error is another.
  static func wayToProxy(_ proxy: String, _ error: NetworkError) -> Finding? {
    let what: String
    switch error {
    case .unresolved(let host, let reason): what = "its name '\(host)' can't be resolved: \(reason)"
    case .timedOut(nil): what = "its name can't be resolved: no answer from DNS in time"
    case .timedOut(.some(let address)): what = "\(address) doesn't answer: neither accepted nor refused in time"
    case .connect(let address, let error): what = "\(address): \(error)"
    case .proxy, .cancelled: return nil
    }
    return Finding(
      .proxyUnreachable, "the proxy \(proxy) can't be reached: \(what)",
      advice: "check the proxy's host and port; --proxy none connects without it, NO_PROXY for this server alone")
  }

  /// A proxy that was reached and made no connection.
  static func proxy(_ proxy: ProxyServer, _ failure: ProxyFailure, _ situation: Situation) -> Finding {
    let what = "the proxy \(proxy): \(failure.text)"
    switch failure {
    case .credentials(let wereSent, _):
      return Finding(
        .proxyCredentials, what,
        advice: wereSent
          ? "check user name and password; what isn't a letter or digit is percent-encoded in a URL (%40 for @)"
          : "write them into its URL: http://USER:PASSWORD@\(proxy)")
    case .refused(let status, _) where [400, 404, 405, 501].contains(status): return notAProxy(what, situation)
    case .notHTTP, .closed, .tooLong: return notAProxy(what, situation)
    case .refused(let status, _) where status >= 500:
      return Finding(
        .proxyRefused, "\(what), that is to \(situation.place)",
        advice: "check the endpoint's host and port: the proxy looks the name up and connects; see its log")
    case .refused:
      return Finding(
        .proxyRefused, "\(what), that is to \(situation.place)",
        advice: "have CONNECT to this host and port allowed in the proxy; many allow port 443 alone")
    case .timedOut, .transport:
      return Finding(
        .proxyUnreachable, what, advice: "check that the proxy works, and that it can reach \(situation.place)")
    }
  }

  private static func notAProxy(_ what: String, _ situation: Situation) -> Finding {
    Finding(
      .notAProxy, what,
      advice: "check the proxy's host and port (it must be an HTTP proxy that allows CONNECT), or --proxy none to "
        + "connect to \(situation.place) without it")
  }
}

internal import HTTP2Transport
internal import TelemetryCore

extension Finding {
  /// The mistake if the proxy can't be reached.
  /// - Returns: The finding; nil for an error of another kind.
  static func unreachableProxy(_ proxy: String, _ error: NetworkError) -> Finding? {
    let problem: String
    switch error {
    case .unresolved(let host, let reason): problem = "its name '\(host)' can't be resolved: \(reason)"
    case .timedOut(nil): problem = "its name can't be resolved: no answer from DNS in time"
    case .timedOut(.some(let address)): problem = "\(address) doesn't answer: neither accepted nor refused in time"
    case .connect(let address, let error): problem = "\(address): \(error)"
    case .proxy, .cancelled: return nil
    }
    return Finding(
      .proxyUnreachable, "the proxy \(proxy) can't be reached: \(problem)",
      advice: "check the proxy's host and port; --proxy none connects without a proxy, NO_PROXY for this server alone")
  }

  /// The mistake if a proxy was reached but made no connection.
  static func proxy(_ proxy: ProxyServer, _ failure: ProxyFailure, _ context: ProbeContext) -> Finding {
    let problem = "the proxy \(proxy): \(failure.text)"
    let refusal = "the proxy \(proxy), asked for a connection to \(context.place): \(failure.text)"
    switch failure {
    case .credentials(let wereSent, _):
      return Finding(
        .proxyCredentials, problem,
        advice: wereSent
          ? "check user name and password; other characters than letters and digits are percent-encoded (%40 for @)"
          : "write them into its URL: http://USER:PASSWORD@\(proxy)")
    case .refused(let status, _) where [400, 404, 405, 501].contains(status): return notAProxy(problem, context)
    case .notHTTP, .closed, .tooLong: return notAProxy(problem, context)
    case .refused(let status, _) where status >= 500:
      return Finding(
        .proxyRefused, refusal,
        advice: "check the endpoint's host and port: the proxy resolves the name and connects; see its log")
    case .refused:
      return Finding(
        .proxyRefused, refusal,
        advice: "allow CONNECT to this host and port in the proxy; many proxies allow only port 443")
    case .timedOut, .transport:
      return Finding(
        .proxyUnreachable, problem, advice: "check that the proxy works, and that it can reach \(context.place)")
    }
  }

  private static func notAProxy(_ problem: String, _ context: ProbeContext) -> Finding {
    Finding(
      .notAProxy, problem,
      advice: "check the proxy's host and port (an HTTP proxy that allows CONNECT is required), or give --proxy none "
        + "to connect to \(context.place) directly")
  }
}

internal import TelemetryCore

/// Reads the proxy from the environment that all programs share (requirements 5.9.11).
///
/// `grpc_proxy`, `https_proxy` and `http_proxy` in this order, whatever the endpoint's scheme, each in lower case before
/// upper case; the servers without it from `no_grpc_proxy`, then `no_proxy`. Empty is unset. `HTTP_PROXY` isn't read
/// in a CGI program (`REQUEST_METHOD` is set there): a header `Proxy` of the request would become it ("httpoxy").
package struct ProxyEnvironment: Sendable {
  package let environment: [String: String]

  package init(_ environment: [String: String]) { self.environment = environment }

  private static let names = ["grpc_proxy", "https_proxy", "http_proxy"]
  private static let exceptionNames = ["no_grpc_proxy", "no_proxy"]

  private func values(_ names: [String]) -> [(variable: String, text: String)] {
    names.flatMap { [$0, $0.uppercased()] }.compactMap { variable in
      guard let value = environment[variable] else { return nil }
      let text = String(HeaderList.trimmed(value[...]))
      return text.isEmpty ? nil : (variable, text)
    }
  }

  /// The list of exceptions that counts.
  package var exceptions: (variable: String, text: String)? { values(ProxyEnvironment.exceptionNames).first }

  /// The proxy, if there is one. What can't be used is named in a warning and counts as unset.
  func proxy(_ reader: OTLPEnvironment) -> (variable: String, value: OTLPProxy)? {
    for (variable, text) in values(ProxyEnvironment.names) {
      if variable == "HTTP_PROXY", environment["REQUEST_METHOD"] != nil {
        let allowed = "http_proxy in lower case: in a CGI program the other may come from a request"
        reader.ignored(variable, text, allowed: allowed)
        continue
      }
      do throws(ConfigurationError) {
        _ = try ProxyURL(text, option: variable)
        return (variable, .http(text, except: usableExceptions(reader)))
      } catch {
        reader.ignored(variable, text, allowed: error.allowed)
      }
    }
    return nil
  }

  private func usableExceptions(_ reader: OTLPEnvironment) -> [String] {
    guard let (variable, text) = exceptions else { return [] }
    let entries = ProxyExceptions.entries(text)
    let problems = ProxyExceptions(entries).problems
    for problem in problems { reader.ignored(variable, problem, allowed: ProxyExceptions.forms) }
    return entries.filter { !problems.contains($0) }
  }
}

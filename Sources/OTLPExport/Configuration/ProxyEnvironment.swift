internal import TelemetryCore

/// Reads the proxy from the environment variables that all programs share (RULES 5.9.11).
///
/// The proxy is read from `grpc_proxy`, `https_proxy` and `http_proxy` in this order, whatever the endpoint's scheme; the
/// servers without a proxy from `no_grpc_proxy`, then `no_proxy`. Each name is read in lower case before upper case.
/// `HTTP_PROXY` isn't read in a CGI program, where `REQUEST_METHOD` is set: a request's header `Proxy` would set that
/// variable ("httpoxy").
package struct ProxyEnvironment: Sendable {
  private let environment: Environment
  private let names: [String]
  private let exceptionNames: [String]

  package init(_ environment: Environment) {
    self.environment = environment
    names = ProxyEnvironment.spellings("grpc_proxy", "https_proxy", "http_proxy")
    exceptionNames = ProxyEnvironment.spellings("no_grpc_proxy", "no_proxy")
  }

  /// The variables for requests over HTTP, which depend on the endpoint's scheme.
  package init(_ environment: Environment, isSecure: Bool) {
    self.environment = environment
    names = ProxyEnvironment.spellings(isSecure ? "https_proxy" : "http_proxy", "all_proxy")
    exceptionNames = ProxyEnvironment.spellings("no_proxy")
  }

  private static func spellings(_ names: String...) -> [String] { names.flatMap { [$0, $0.uppercased()] } }

  /// The list of exceptions from the first variable that is set.
  package var exceptions: Environment.Found<String>? { environment.string(exceptionNames) }

  /// The proxy from the first variable that is set. A warning names a value that can't be used; the value counts as unset.
  var proxy: Environment.Found<OTLPProxy>? {
    for (variable, text) in environment.strings(names) {
      if variable == "HTTP_PROXY", environment.variables["REQUEST_METHOD"] != nil {
        let allowed = "http_proxy in lower case: in a CGI program the other may come from a request"
        environment.ignored(variable, text, allowed: allowed)
        continue
      }
      do throws(ConfigurationError) {
        _ = try ProxyURL(text, option: variable)
        return (variable, .http(text, except: usableExceptions))
      } catch {
        environment.ignored(variable, text, allowed: error.allowed)
      }
    }
    return nil
  }

  /// The valid exceptions. A warning names an invalid entry by its text, or by its position if the list may be a secret.
  private var usableExceptions: [String] {
    guard let (variable, text) = exceptions else { return [] }
    guard !Redaction.isPEM(text) else {
      environment.ignored(variable, text, allowed: ProxyExceptions.forms)
      return []
    }
    let entries = Environment.entries(text)
    let problems = Set(ProxyExceptions(entries).problems)
    for (index, entry) in entries.enumerated() where problems.contains(entry) {
      if Redaction.mayBeSecret(text) {
        environment.ignored(variable, entry: index + 1, name: nil, allowed: ProxyExceptions.forms)
      } else {
        environment.ignored(variable, entry, allowed: ProxyExceptions.forms)
      }
    }
    return entries.filter { !problems.contains($0) }
  }
}

/// The place on a server that requests of OTLP over HTTP go to.
package struct HTTPPlace: Hashable, Sendable {
  /// The path, without a query.
  package let path: String
  /// The variable that names the whole address, to which nothing is added (RULES 2.3.3); nil for a base.
  package let variable: String?

  package init(target: String, variable: String?) {
    path = String(target.prefix { $0 != "?" })
    self.variable = variable
  }

  /// The advice for a server that has nothing at the path.
  /// - Parameter standard: The path that is added to a base, such as `v1/traces`.
  package func advice(standard: String) -> String {
    let standard = "/" + standard
    let port = "and the port: by custom 4318"
    if path.hasSuffix(standard + standard) {
      return "write the endpoint without \(standard), which is added to it and stands there twice"
    }
    guard let variable else { return "check the path of the endpoint, to which \(standard) is added, \(port)" }
    if !path.hasSuffix(standard) {
      return
        "end \(variable) with \(standard): nothing is added to it, so requests go to \(path); check also the port: "
        + "by custom 4318"
    }
    return "check the path in \(variable), to which nothing is added, \(port)"
  }
}

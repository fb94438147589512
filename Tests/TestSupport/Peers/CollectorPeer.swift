/// An OpenTelemetry Collector with one of the configurations of `Tests/Peers/collector`.
package final class CollectorPeer: Sendable {
  /// The port of the gRPC receiver. It stays reserved when the Collector ends, for the next Collector.
  package let place: Loopback.HeldPort
  /// The same for the port of the HTTP receiver.
  package let httpPlace: Loopback.HeldPort
  private let metricsPlace = Loopback.HeldPort()
  private let process: ChildProcess

  /// Starts the program and waits until it accepts connections.
  /// - Parameters:
  ///   - configuration: The name of a configuration, or the path of another one.
  ///   - place: The port of the gRPC receiver; nil reserves a port.
  ///   - httpPlace: The port of the HTTP receiver; nil reserves a port.
  package init(
    _ configuration: String, at place: Loopback.HeldPort? = nil, httpAt httpPlace: Loopback.HeldPort? = nil,
    environment: [String: String] = [:]
  ) async throws {
    self.place = place ?? Loopback.HeldPort()
    self.httpPlace = httpPlace ?? Loopback.HeldPort()
    var variables = environment
    variables["GRPC_PORT"] = "\(self.place.number)"
    variables["HTTP_PORT"] = "\(self.httpPlace.number)"
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
  /// The port of the HTTP receiver.
  package var httpPort: UInt16 { httpPlace.number }

  /// The number of accepted spans, by the metrics of the Collector.
  package var acceptedSpans: Int { count("otelcol_receiver_accepted_spans") }

  private func count(_ metric: String) -> Int {
    Loopback.get(metricsPlace.number, "/metrics").split(separator: "\n").reduce(0) { sum, line in
      guard line.hasPrefix(metric), let value = line.split(separator: " ").last else { return sum }
      return sum + Int(Double(value) ?? 0)
    }
  }

  /// The number of accepted items by the Collector's name for them: `spans`, `log_records` or `metric_points`.
  package func accepted(_ items: String) -> Int { count("otelcol_receiver_accepted_\(items)") }

  /// Waits until this number is accepted. The Collector's metrics lag behind its answers.
  package func wait(for items: String, _ count: Int) async -> Bool {
    await Loopback.wait(within: .seconds(10)) { [self] in accepted(items) >= count }
  }

  /// Waits until the metrics count this number of accepted spans. They lag behind the answers.
  package func waitForSpans(_ count: Int) async -> Bool {
    await Loopback.wait(within: .seconds(10)) { [self] in acceptedSpans >= count }
  }

  package func stop(_ signal: Int32 = 15) async {
    process.send(signal)
    _ = await process.wait(within: .seconds(20))
  }
}

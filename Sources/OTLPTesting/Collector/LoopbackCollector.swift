package import HTTP2Transport
public import TelemetryCore
public import TelemetrySDK

/// An OTLP receiver in the test's own process, over gRPC and HTTP. Counts and keeps the received spans, log records and metrics, and
/// fails on demand.
/// A response that is written for gRPC is translated for a request over HTTP: a status becomes the HTTP status with the same
/// consequences.
///
/// ```swift
/// let collector = try await LoopbackCollector()
/// collector.script(.status(.unavailable), .silence)           // the next two requests; later ones succeed
/// let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
/// …
/// #expect(await collector.waitForSpans(512, within: .seconds(5)))
/// await collector.stop()
/// ```
///
/// A collector listens until ``stop()`` or the end of its last reference, which closes its sockets and connections and
/// releases the runtime. ``withLoopbackCollector(_:runtime:_:)`` runs a collector for the time of a closure.
/// Thread-safe.
public final class LoopbackCollector: Sendable {
  private let lease: TelemetryRuntime.Lease?
  private let network: SimulatedNetwork?
  private let loop: TelemetryLoop
  private let store: CollectorStore
  private let server: CollectorServer
  /// The actual addresses.
  private let addresses: [SocketAddress]

  /// Starts listening.
  /// - Parameters:
  ///   - configuration: The address, the requirements for requests, and limits.
  ///   - runtime: The threads that serve the collector.
  /// - Throws: An error if the address is not available or a TLS file is not usable.
  public init(_ configuration: Configuration = .init(), runtime: TelemetryRuntime = .shared) async throws {
    let lease = try runtime.acquire()
    self.lease = lease
    network = nil
    loop = lease.loop
    store = CollectorStore(configuration)
    server = CollectorServer(loop: lease.loop, store: store, tls: try configuration.tlsContext())
    var addresses: [SocketAddress] = []
    do {
      for address in try configuration.socketAddresses() { addresses.append(try await server.listen(on: address)) }
    } catch {
      await server.stop()
      lease.end()
      throw error
    }
    self.addresses = addresses
  }

  /// Starts listening on an address of a simulated network, where the name `collector` resolves to that address. The
  /// configuration's address is ignored.
  package init(
    _ configuration: Configuration = .init(), on address: SocketAddress, of simulation: Simulation
  ) async throws {
    lease = nil
    network = simulation.network
    loop = simulation.loop
    var configuration = configuration
    configuration.waitsForProtocol = false
    store = CollectorStore(configuration)
    server = CollectorServer(loop: loop, store: store, tls: try configuration.tlsContext())
    addresses = [try await server.listen(on: address, of: simulation.network)]
    if case .ipv4(let number, _) = address { simulation.network.setHost("collector", .addresses([number])) }
  }

  /// The endpoint for an exporter: `http://127.0.0.1:port`, `https://…` or `unix:path`.
  ///
  /// It takes OTLP over gRPC, and over HTTP/1.1 and HTTP/2 in protobuf and JSON.
  public var endpoint: String { endpoint(0) }

  /// The endpoint of ``Configuration/secondAddress``; nil without one.
  public var secondEndpoint: String? { addresses.count > 1 ? endpoint(1) : nil }

  private func endpoint(_ index: Int) -> String {
    let scheme = store.configuration.tls == nil ? "http" : "https"
    if network != nil { return "\(scheme)://collector:\(port)" }
    let address = addresses[index]
    guard let port = address.port else { return "\(address)" }
    return "\(scheme)://\(HostAndPort(host: address.host, port: port))"
  }

  /// The port, or 0 for a Unix domain socket.
  public var port: UInt16 {
    switch addresses[0] {
    case .ipv4(_, let port), .ipv6(_, _, let port, _): port
    case .unix, .unixAbstract: 0
    }
  }

  deinit {
    // A collector on a simulated network ends with the simulation.
    guard let lease else { return }
    let server = server
    Task(executorPreference: loop) {
      await server.stop()
      lease.end()
    }
  }

  // MARK: Received requests

  /// The counts since the start or the last ``reset()``.
  public var counts: Counts { store.counts }

  /// The number of accepted spans. It may exceed the number of ``spans``, which the configuration limits.
  public var spanCount: Int { counts.spans }

  /// The number of complete requests, accepted or not.
  public var requestCount: Int { counts.requests }

  /// The accepted spans in their order of arrival.
  public var spans: [SpanData] { store.items.spans }

  /// The accepted log records in their order of arrival, as far as the configuration keeps them.
  public var logRecords: [LogRecord] { store.items.logRecords }

  /// The accepted metrics in their order of arrival, as far as the configuration keeps them.
  public var metrics: [Metric] { store.items.metrics }

  /// The latest requests in their order of arrival.
  public var requests: [Request] { store.requests }

  /// Removes all items and requests, and sets the counts to 0.
  public func reset() { store.reset() }

  /// Waits until `count` spans are accepted.
  /// - Returns: False if the time limit passed first.
  public func waitForSpans(_ count: Int, within limit: Duration) async -> Bool {
    await wait(.spans, count, limit)
  }

  /// Waits until `count` log records are accepted.
  /// - Returns: False if the time limit passed first.
  public func waitForLogRecords(_ count: Int, within limit: Duration) async -> Bool {
    await wait(.logRecords, count, limit)
  }

  /// Waits until `count` data points of metrics are accepted.
  /// - Returns: False if the time limit passed first.
  public func waitForDataPoints(_ count: Int, within limit: Duration) async -> Bool {
    await wait(.dataPoints, count, limit)
  }

  /// Waits until `count` complete requests have arrived.
  /// - Returns: False if the time limit passed first.
  public func waitForRequests(_ count: Int, within limit: Duration) async -> Bool {
    await wait(.requests, count, limit)
  }

  private func wait(_ quantity: CollectorStore.Quantity, _ count: Int, _ limit: Duration) async -> Bool {
    let promise = store.promise(quantity, reaches: count)
    defer { store.forget(promise) }
    return await promise.value(until: Deadline(loop.now + limit), on: loop) ?? false
  }

  // MARK: Responses

  /// Adds responses to the script: each request takes the next one. When the script is empty, the handler of
  /// ``onRequest(_:)`` responds; without a handler, the response is success.
  ///
  /// An invalid request (too large, malformed, without a required header) gets an error status instead of a response that
  /// accepts it.
  public func script(_ responses: Response...) { store.script(responses) }

  /// Removes all scripted responses and behaviors, and the handler.
  package func removeScripts() { store.removeScripts() }

  /// Adds responses to the script.
  public func script(_ responses: [Response]) { store.script(responses) }

  /// Sets the handler that responds to valid requests without a scripted response, or removes it with nil.
  /// - Parameter handler: Called on the collector's event loop when a request is complete. Must not block.
  public func onRequest(_ handler: (@Sendable (Request) -> Response)?) { store.setHandler(handler) }

  /// Adds behaviors to the script: each new connection takes the next one. When the script is empty, connections are
  /// served.
  public func scriptConnections(_ behaviors: ConnectionBehavior...) { store.scriptConnections(behaviors) }

  /// Adds behaviors of the next connections to the script.
  public func scriptConnections(_ behaviors: [ConnectionBehavior]) { store.scriptConnections(behaviors) }

  /// Sends GOAWAY on each open connection.
  public func goAway(_ code: ErrorCode = .noError, lastStream: LastStream = .all, debug: String = "") async {
    await server.goAway(code, lastStream, debug: debug)
  }

  /// Sends SETTINGS, by identifier, on each open connection.
  public func sendSettings(_ settings: [UInt16: UInt32]) async { await server.sendSettings(settings) }

  /// Closes each open connection at once. New connections are accepted.
  public func closeConnections() async { await server.closeConnections() }

  // MARK: Stopping

  /// Closes the listening socket and all connections. Counts and spans stay readable.
  public func stop() async { await server.stop() }

  /// Listens again on the same address and port, with the current content of the TLS files.
  public func restart() async throws {
    await server.use(try store.configuration.tlsContext())
    for address in addresses {
      if let network {
        _ = try await server.listen(on: address, of: network)
      } else {
        _ = try await server.listen(on: address)
      }
    }
  }
}

package import HTTP2Transport
public import TelemetryCore
public import TelemetrySDK

/// An OTLP/gRPC receiver in the test's own process: it counts and keeps the spans that it gets, and fails on demand.
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
/// It listens until ``stop()``, or until its last reference goes: sockets, connections and its hold on the runtime's
/// threads end then. ``withLoopbackCollector(_:runtime:_:)`` runs one for the time of a closure.
public final class LoopbackCollector: Sendable {
  /// A request as it arrived.
  public struct Request: Sendable {
    /// The `:path`.
    public var path: String
    /// All header fields in their order, pseudo-headers too.
    public var headers: [Field]
    /// Bytes of the body on the wire, with gRPC's five-byte prefix.
    public var wireBytes: Int
    /// Bytes of the message after decompression.
    public var messageBytes: Int
    /// Whether the message was compressed on the wire.
    public var isCompressed: Bool
    /// Spans in the message.
    public var spanCount: Int
    /// The spans, while the request is being answered, if the collector keeps spans at all; not kept with the request.
    public var spans: [SpanData]
    /// The ids of the spans, while the request is being answered, if the configuration asks for them.
    package var spanIDs: [UInt64] = []
    /// The body as it was on the wire, if the configuration asks for it.
    public var body: [UInt8]
    /// The connection, counted from 1.
    public var connection: Int
    /// The HTTP/2 stream.
    public var stream: Int32

    /// The value of a header field; nil if there is none.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
  }

  /// What a collector does with one connection.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum ConnectionBehavior: Sendable, Hashable {
    /// Serves it.
    case serve
    /// Closes it at once.
    case close
    /// Says nothing, not even SETTINGS, and reads.
    case silence
    /// Says nothing and reads nothing.
    case ignore
    /// Answers the first bytes with these instead of HTTP/2, such as an HTTP/1.1 response, and closes.
    case reply([UInt8])
    /// Serves it, and closes it when so many bytes have been read.
    case closeAfter(bytesRead: Int)
    /// Serves it, and stops reading when so many bytes have been read.
    case stopReadingAfter(bytesRead: Int)
    /// Serves it, and reads at most so many bytes at a time, with a pause after each.
    case readSlowly(bytes: Int, every: Duration)
  }

  /// Counts since the start.
  public struct Counts: Sendable, Hashable {
    /// Connections that were accepted.
    public var connections = 0
    /// Connections that are open now.
    public var openConnections = 0
    /// Requests that arrived complete.
    public var requests = 0
    /// Requests whose spans were accepted.
    public var acceptedRequests = 0
    /// Spans that were accepted: not those that ``Response/partialSuccess(rejected:message:)`` rejects.
    public var spans = 0
    /// Streams that the client reset.
    public var clientResets = 0
    /// Bytes read from all connections, after decryption.
    public var bytesRead = 0
  }

  private let lease: TelemetryRuntime.Lease?
  private let network: SimulatedNetwork?
  private let loop: TelemetryLoop
  private let store: CollectorStore
  private let server: CollectorServer
  private let address: SocketAddress

  /// Starts to listen.
  /// - Parameters:
  ///   - configuration: Where, and what it demands and keeps.
  ///   - runtime: The threads to run on.
  /// - Throws: If the address can't be had or a file for TLS can't be used.
  public init(_ configuration: Configuration = .init(), runtime: TelemetryRuntime = .shared) async throws {
    let lease = try runtime.acquire()
    self.lease = lease
    network = nil
    loop = lease.loop
    store = CollectorStore(configuration)
    server = CollectorServer(loop: lease.loop, store: store, tls: try configuration.tlsContext())
    address = try await server.listen(on: try configuration.socketAddress())
  }

  /// Starts to listen on an address of a simulated network, whose name there is `collector`; the configuration's
  /// address is not used.
  package init(
    _ configuration: Configuration = .init(), on address: SocketAddress, of simulation: Simulation
  ) async throws {
    lease = nil
    network = simulation.network
    loop = simulation.loop
    store = CollectorStore(configuration)
    server = CollectorServer(loop: loop, store: store, tls: try configuration.tlsContext())
    self.address = try await server.listen(on: address, of: simulation.network)
    if case .ipv4(let number, _) = address { simulation.network.setHost("collector", .addresses([number])) }
  }

  /// The endpoint as an exporter takes it: `http://127.0.0.1:port`, `https://…` or `unix:path`.
  public var endpoint: String {
    let scheme = store.configuration.tls == nil ? "http" : "https"
    switch (store.configuration.address, network) {
    case (.unix(let path), nil): return "unix:\(path)"
    case (.tcp(let host, _), nil):
      return host.contains(":") ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    case (_, .some): return "\(scheme)://collector:\(port)"
    }
  }

  /// The port; 0 for a socket in the file system.
  public var port: UInt16 {
    switch address {
    case .ipv4(_, let port), .ipv6(_, _, let port, _): port
    case .unix, .unixAbstract: 0
    }
  }

  deinit {
    // On a simulated network it lives as long as the simulation.
    guard let lease else { return }
    let server = server
    Task(executorPreference: loop) {
      await server.stop()
      lease.end()
    }
  }

  // MARK: What arrived

  /// The counts.
  public var counts: Counts { store.counts }

  /// Spans that were accepted; more than ``spans`` holds if the configuration keeps fewer.
  public var spanCount: Int { counts.spans }

  /// Requests that arrived complete, accepted or not.
  public var requestCount: Int { counts.requests }

  /// The accepted spans in the order of arrival.
  public var spans: [SpanData] { store.spans }

  /// The latest requests in the order of arrival.
  public var requests: [Request] { store.requests }

  /// Forgets spans, requests and counts.
  public func reset() { store.reset() }

  /// Waits until so many spans were accepted; false if they haven't been within the time.
  public func waitForSpans(_ count: Int, within limit: Duration) async -> Bool {
    await wait(.spans, count, limit)
  }

  /// Waits until so many requests arrived; false if they haven't within the time.
  public func waitForRequests(_ count: Int, within limit: Duration) async -> Bool {
    await wait(.requests, count, limit)
  }

  private func wait(_ quantity: CollectorStore.Quantity, _ count: Int, _ limit: Duration) async -> Bool {
    let promise = store.promise(quantity, reaches: count)
    defer { store.forget(promise) }
    return await promise.value(until: Deadline(loop.now + limit), on: loop) ?? false
  }

  // MARK: What is answered

  /// Adds to the queue of answers: each request takes one; when none is left, the handler answers, else success.
  /// A request that can't be accepted (too large, unreadable, without a required header) is refused instead of an
  /// answer that accepts it.
  public func script(_ responses: Response...) { store.script(responses) }

  /// Takes back all answers and behaviours that are queued, and the handler.
  package func forgetScripts() { store.forgetScripts() }

  /// Adds to the queue of answers.
  public func script(_ responses: [Response]) { store.script(responses) }

  /// Answers requests for which no answer is scripted and that nothing forbids; nil goes back to success. Called on
  /// the event loop when the request is complete; must not block.
  public func onRequest(_ handler: (@Sendable (Request) -> Response)?) { store.setHandler(handler) }

  /// Adds to the queue of behaviours for the next connections; when none is left they are served.
  public func scriptConnections(_ behaviors: ConnectionBehavior...) { store.scriptConnections(behaviors) }

  /// Adds to the queue of behaviours for the next connections.
  public func scriptConnections(_ behaviors: [ConnectionBehavior]) { store.scriptConnections(behaviors) }

  /// Sends GOAWAY on each open connection.
  public func goAway(_ code: ErrorCode = .noError, lastStream: LastStream = .all, debug: String = "") async {
    await server.goAway(code, lastStream, debug: debug)
  }

  /// Sends SETTINGS on each open connection, by identifier.
  public func sendSettings(_ settings: [UInt16: UInt32]) async { await server.sendSettings(settings) }

  /// Closes each open connection at once; new ones are accepted.
  public func closeConnections() async { await server.closeConnections() }

  // MARK: Life

  /// Closes the listening socket and all connections. Counts and spans stay readable.
  public func stop() async { await server.stop() }

  /// Listens again, on the same address and port, with the files for TLS as they are now.
  public func restart() async throws {
    await server.use(try store.configuration.tlsContext())
    if let network {
      _ = try await server.listen(on: address, of: network)
    } else {
      _ = try await server.listen(on: address)
    }
  }
}

/// Runs `body` with a collector that listens, and stops it when `body` has returned or thrown.
///
/// ```swift
/// try await withLoopbackCollector { collector in
///   let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
///   …
/// }
/// ```
/// - Parameters:
///   - configuration: Where it listens, and what it demands and keeps; default a free port of 127.0.0.1.
///   - runtime: The threads to run on.
///   - body: Gets the collector. It may be kept: its counts and spans stay readable.
/// - Returns: What `body` returns.
/// - Throws: What ``LoopbackCollector/init(_:runtime:)`` or `body` throws.
public func withLoopbackCollector<Value>(
  _ configuration: LoopbackCollector.Configuration = .init(), runtime: TelemetryRuntime = .shared,
  _ body: (LoopbackCollector) async throws -> Value
) async throws -> Value {
  let collector = try await LoopbackCollector(configuration, runtime: runtime)
  do {
    let value = try await body(collector)
    await collector.stop()
    return value
  } catch {
    await collector.stop()
    throw error
  }
}

internal import HTTP2Transport
internal import TelemetryCore

/// Accepts a collector's connections and keeps the open ones.
actor CollectorServer: LoopHandler {
  nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let store: CollectorStore
  private var tls: TLSServerContext?
  private var listeners: [any Listener] = []
  private var connections: [Int: CollectorConnection] = [:]

  init(loop: TelemetryLoop, store: CollectorStore, tls: TLSServerContext?) {
    self.loop = loop
    self.store = store
    self.tls = tls
  }

  /// Listens on an address of this machine.
  ///
  /// - Returns: The address with its actual port.
  func listen(on address: SocketAddress) throws -> SocketAddress {
    try start(try ListeningSocket(address, on: loop))
  }

  /// Listens on an address of a simulated network.
  func listen(on address: SocketAddress, of network: SimulatedNetwork) throws -> SocketAddress {
    try start(network.listen(on: address, loop: loop))
  }

  /// Sets the TLS context of later connections.
  func use(_ tls: TLSServerContext?) { self.tls = tls }

  private func start(_ listener: any Listener) throws -> SocketAddress {
    try listener.activate(self)
    listeners.append(listener)
    return listener.address
  }

  nonisolated func ready(_ readiness: Readiness) {
    assumeIsolated { server in
      for listener in server.listeners {
        while let transport = listener.accept() { server.open(transport) }
      }
    }
  }

  private func open(_ transport: sending any Transport) {
    let (number, behavior) = store.connectionOpened()
    do throws(TLSError) {
      let connection = try CollectorConnection(
        loop: loop, transport: transport, tls: tls, number: number, behavior: behavior, store: store
      ) { [weak self] number in
        self?.assumeIsolated { $0.closed(number) }
      }
      connections[number] = connection
      connection.assumeIsolated { $0.start() }
    } catch {
      store.connectionClosed()
    }
  }

  private func closed(_ number: Int) {
    if connections.removeValue(forKey: number) != nil { store.connectionClosed() }
  }

  /// Stops listening and closes all connections.
  func stop() async {
    for listener in listeners { listener.close() }
    listeners = []
    await closeConnections()
  }

  func closeConnections() async {
    for connection in openConnections { await connection.close() }
  }

  func goAway(
    _ code: LoopbackCollector.ErrorCode, _ lastStream: LoopbackCollector.LastStream, debug: String
  ) async {
    for connection in openConnections { await connection.goAwayNow(code, lastStream, debug: debug) }
  }

  func sendSettings(_ settings: [UInt16: UInt32]) async {
    for connection in openConnections { await connection.sendSettings(settings) }
  }

  private var openConnections: [CollectorConnection] {
    connections.sorted { $0.key < $1.key }.map(\.value)
  }
}

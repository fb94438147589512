package import HTTP2Transport
internal import Synchronization
package import TelemetryCore

/// An HTTP proxy on a simulated network, with scripted responses to `CONNECT`.
package actor SimulatedProxy: LoopHandler {
  /// The response to a request.
  package enum Answer: Sendable {
    /// Sends these bytes, in one write with the first bytes of the server at the address, and then forwards all bytes.
    case connect([UInt8], to: SocketAddress)
    /// Sends these bytes and closes.
    case reply([UInt8])
    /// Sends these bytes and nothing more.
    case silence([UInt8])
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe simulation.loop.asUnownedSerialExecutor()
  }
  private nonisolated let simulation: Simulation
  private nonisolated let heads = Mutex<[String]>([])
  private let answer: @Sendable (String) -> Answer
  private var listener: (any Listener)?
  private var clients: [SimulatedProxyConnection] = []

  /// - Parameter answer: Chooses the response for the head of a request.
  package init(_ simulation: Simulation, answer: @escaping @Sendable (String) -> Answer) {
    self.simulation = simulation
    self.answer = answer
  }

  /// The heads of the received requests.
  package nonisolated var requests: [String] { heads.withLock { $0 } }

  package func start(on address: SocketAddress) throws {
    let listener = simulation.network.listen(on: address, loop: simulation.loop)
    self.listener = listener
    try listener.activate(self)
  }

  package nonisolated func ready(_ readiness: Readiness) {
    assumeIsolated { proxy in
      while let transport = proxy.listener?.accept() { proxy.open(transport) }
    }
  }

  private func open(_ transport: sending any Transport) {
    let client = SimulatedProxyConnection(simulation, transport) { [answer] head in
      self.heads.withLock { $0.append(head) }
      return answer(head)
    }
    clients.append(client)
    client.assumeIsolated { $0.start() }
  }

  /// Stops listening and closes all connections.
  package func stop() async {
    listener?.close()
    listener = nil
    for client in clients { await client.close() }
    clients = []
  }
}

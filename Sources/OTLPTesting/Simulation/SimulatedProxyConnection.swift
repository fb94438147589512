internal import HTTP2Transport
internal import TelemetryCore

/// A connection to a simulated proxy.
actor SimulatedProxyConnection: LoopHandler {
  /// The bytes of one direction.
  private struct Flow {
    var bytes: [UInt8] = []
    var hasEnded = false
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe simulation.loop.asUnownedSerialExecutor() }
  private nonisolated let simulation: Simulation
  private let client: any Transport
  private var server: (any Transport)?
  private let answer: @Sendable (String) -> SimulatedProxy.Answer
  private var head: [UInt8] = []
  private var isAnswered = false
  private var toClient = Flow()
  private var toServer = Flow()

  init(
    _ simulation: Simulation, _ client: sending any Transport,
    answer: @escaping @Sendable (String) -> SimulatedProxy.Answer
  ) {
    self.simulation = simulation
    self.client = client
    self.answer = answer
  }

  func start() { try? client.activate(self) }

  func close() {
    client.close()
    server?.close()
  }

  nonisolated func ready(_ readiness: Readiness) { assumeIsolated { $0.step() } }

  private func step() {
    guard isAnswered else { return readHead() }
    if let server {
      move(from: client, to: server, &toServer)
      move(from: server, to: client, &toClient)
    } else {
      send(&toClient, to: client)
    }
  }

  private func readHead() {
    var flow = Flow()
    read(from: client, &flow)
    head += flow.bytes
    guard let text = String(validating: head, as: UTF8.self), text.hasSuffix("\r\n\r\n") else { return }
    isAnswered = true
    switch answer(text) {
    case .reply(let bytes):
      toClient = Flow(bytes: bytes, hasEnded: true)
      step()
    case .silence(let bytes):
      toClient.bytes = bytes
      step()
    case .connect(let bytes, let address):
      toClient.bytes = bytes
      Task(executorPreference: simulation.loop) { await self.connect(to: address) }
    }
  }

  private func connect(to address: SocketAddress) async {
    let deadline = Deadline(simulation.now + .seconds(5))
    let loop = simulation.loop
    guard let server = try? await simulation.network.connect(to: address, on: loop, deadline: deadline) else {
      return close()
    }
    // Waits for the server's first bytes.
    await simulation.sleep(.milliseconds(10))
    self.server = server
    read(from: server, &toClient)
    try? server.activate(self)
  }

  private func move(from source: any Transport, to target: any Transport, _ flow: inout Flow) {
    if flow.bytes.count < 1 << 16 { read(from: source, &flow) }
    send(&flow, to: target)
  }

  private func read(from source: any Transport, _ flow: inout Flow) {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      switch unsafe buffer.withUnsafeMutableBytes({ unsafe source.read(into: $0) }) {
      case .bytes(let count): flow.bytes += buffer[..<count]
      case .wouldBlock: return
      case .end, .failed:
        flow.hasEnded = true
        return
      }
    }
  }

  private func send(_ flow: inout Flow, to target: any Transport) {
    while !flow.bytes.isEmpty {
      guard case .bytes(let count) = unsafe flow.bytes.withUnsafeBytes({ unsafe target.write($0) }) else { return }
      flow.bytes.removeFirst(count)
    }
    if flow.hasEnded { close() }
  }
}

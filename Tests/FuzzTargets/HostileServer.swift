internal import HTTP2Transport
internal import OTLPTesting
internal import TelemetryCore

/// The server of `ServerBytes`.
actor HostileServer: LoopHandler {
  nonisolated private let simulation: Simulation
  nonisolated var unownedExecutor: UnownedSerialExecutor { simulation.loop.asUnownedSerialExecutor() }
  private let mode: ServerBytes.Mode
  private let bytes: [UInt8]
  private var listener: (any Listener)?
  private var peers: [HostilePeer] = []

  init(_ simulation: Simulation, mode: UInt8, bytes: [UInt8]) {
    self.simulation = simulation
    self.mode = ServerBytes.Mode(byte: mode)
    self.bytes = bytes
  }

  func start(on address: SocketAddress) throws {
    let listener = simulation.network.listen(on: address, loop: simulation.loop)
    self.listener = listener
    try listener.activate(self)
  }

  nonisolated func ready(_ readiness: Readiness) {
    assumeIsolated { server in
      while let transport = server.listener?.accept() { server.open(transport) }
    }
  }

  private func open(_ transport: sending any Transport) {
    let peer = HostilePeer(simulation.loop, transport, mode: mode, bytes: bytes)
    peers.append(peer)
    peer.assumeIsolated { $0.start() }
  }

  func stop() async {
    listener?.close()
    for peer in peers { await peer.close() }
    peers = []
  }
}

/// A connection of a hostile server.
actor HostilePeer: LoopHandler {
  nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private let transport: any Transport
  private let mode: ServerBytes.Mode
  private let bytes: [UInt8]
  private var toSend: [UInt8]
  private var sent = 0
  private var receivedCount = 0
  private var isComplete = false
  private var buffer = [UInt8](repeating: 0, count: 2048)

  init(_ loop: TelemetryLoop, _ transport: sending any Transport, mode: ServerBytes.Mode, bytes: [UInt8]) {
    self.loop = loop
    self.transport = transport
    self.mode = mode
    self.bytes = bytes
    toSend = ServerBytes.greeting(mode)
  }

  func start() {
    if !mode.waitsForRequest { complete() }
    try? transport.activate(self)
  }

  func close() { transport.close() }

  nonisolated func ready(_ readiness: Readiness) {
    assumeIsolated { peer in
      peer.read()
      peer.write()
    }
  }

  private func complete() {
    isComplete = true
    toSend += bytes
  }

  private func read() {
    while true {
      guard case .bytes(let count) = buffer.withUnsafeMutableBytes({ transport.read(into: $0) }) else { return }
      receivedCount += count
      // The preface, SETTINGS and their acknowledgement are shorter, three spans with their headers are longer.
      if !isComplete, receivedCount > 500 { complete() }
      if count < buffer.count { return }
    }
  }

  private func write() {
    while sent < toSend.count {
      let piece = toSend[sent...].prefix(mode.pieceSize(at: sent))
      guard case .bytes(let count) = piece.withUnsafeBytes({ transport.write($0) }) else { return }
      sent += count
    }
    if isComplete, mode.closes { transport.close() }
  }
}

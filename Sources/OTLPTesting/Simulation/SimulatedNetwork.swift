package import HTTP2Transport
internal import OTLPSystem
internal import Synchronization
package import TelemetryCore

/// A network in memory, on a virtual clock. Code on a loop over the clock sees the same events in the same order for the same
/// seed.
package final class SimulatedNetwork: Network {
  /// Chooses the outcome of an attempt to connect, from its address and its number from 1.
  package typealias Planner = @Sendable (SocketAddress, Int, inout SeededRandom) -> SimulatedConnect

  /// A listener, and its connections that are not accepted yet.
  struct ListenerState {
    let loop: TelemetryLoop
    var token: HandlerToken?
    var waiting: [Int] = []
  }

  struct State {
    var random: SeededRandom
    var hosts: [String: SimulatedHost] = [:]
    var listeners: [SocketAddress: ListenerState] = [:]
    var planner: Planner = { _, _, _ in .link(SimulatedLink()) }
    var attempts = 0
    var connections: [Int: SimulatedConnection] = [:]
    var nextConnection = 1
  }

  package let clock: VirtualClock
  let state: Mutex<State>

  package init(seed: UInt64, clock: VirtualClock = VirtualClock()) {
    self.clock = clock
    state = Mutex(State(random: SeededRandom(seed: seed)))
  }

  // MARK: Set-up

  /// Sets or replaces the resolver's answer for a name.
  package func setHost(_ name: String, _ host: SimulatedHost) {
    state.withLock { $0.hosts[name] = host }
  }

  /// Sets the planner for later attempts to connect.
  package func planConnections(_ planner: @escaping Planner) {
    state.withLock { $0.planner = planner }
  }

  /// Listens on an address. `loop` serves the accepted connections.
  package func listen(on address: SocketAddress, loop: TelemetryLoop) -> SimulatedListener {
    state.withLock { $0.listeners[address] = ListenerState(loop: loop) }
    return SimulatedListener(self, address: address, loop: loop)
  }

  /// Makes a connection at once, without a listener.
  ///
  /// - Returns: The connection's number, for `end(of:_:on:)`.
  package func connectEnds(_ link: SimulatedLink = SimulatedLink()) -> Int { open(link) }

  /// An end of a connection that `connectEnds(_:)` made. May be called once for each end.
  package func end(of connection: Int, _ side: SimulatedSide, on loop: TelemetryLoop) -> sending SimulatedTransport {
    SimulatedTransport(self, connection: connection, side: side, loop: loop, peer: "simulated peer \(connection)")
  }

  /// Resets every connection: both ends see the reset now.
  package func cutConnections() {
    for number in state.withLock({ $0.connections.keys.sorted() }) { reset(number) }
  }

  /// Releases the listeners and the planner, which retain the network, at the end of a simulation.
  func end() {
    let before = state.withLock { state in
      defer {
        state.listeners = [:]
        state.planner = { _, _, _ in .refuse }
      }
      return (state.listeners, state.planner)
    }
    _ = before  // released outside the lock
    clock.end()
  }

  /// The number of connections that neither end has closed.
  package var openConnections: Int {
    state.withLock { $0.connections.values.count { !$0.isClosed(.client) && !$0.isClosed(.server) } }
  }

  /// The number of open ends of one side, each of which is an open socket.
  package func openEnds(_ side: SimulatedSide) -> Int {
    state.withLock { $0.connections.values.count { !$0.isClosed(side) } }
  }

  // MARK: Network

  package func resolve(
    host: String, port: UInt16, deadline: Deadline
  ) async throws(NetworkError) -> [SocketAddress] {
    if let address = SocketAddress(numeric: host, port: port) { return [address] }
    guard let rule = state.withLock({ $0.hosts[host] }) else {
      throw .unresolved(host: host, reason: "no such host in the simulation")
    }
    clock.record(1, host.utf8.count)
    switch rule {
    case .addresses(let addresses, let delay):
      try await pause(delay, deadline, nil)
      return addresses.map { .ipv4($0, port: port) }
    case .sockets(let addresses, let delay):
      try await pause(delay, deadline, nil)
      return addresses.map { $0.withPort(port) }
    case .fails(let reason, let delay):
      try await pause(delay, deadline, nil)
      throw .unresolved(host: host, reason: reason)
    case .ignored:
      try await sleep(until: deadline)
      throw .timedOut(address: nil)
    }
  }

  package func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    let plan = state.withLock { state in
      state.attempts += 1
      return state.planner(address, state.attempts, &state.random)
    }
    clock.record(2)
    switch plan {
    case .ignore:
      try await sleep(until: deadline)
      throw .timedOut(address: address)
    case .refuse:
      try await pause(.microseconds(200), deadline, address)
      throw .connect(address: address, error: SystemError(call: "connect", code: ECONNREFUSED))
    case .link(let link):
      return try await connect(to: address, link, on: loop, deadline)
    }
  }

  private func connect(
    to address: SocketAddress, _ link: SimulatedLink, on loop: TelemetryLoop, _ deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    let latency = state.withLock { $0.random.duration(in: link.latency) }
    try await pause(latency, deadline, address)
    guard state.withLock({ $0.listeners[address] }) != nil else {
      try await pause(latency, deadline, address)
      throw .connect(address: address, error: SystemError(call: "connect", code: ECONNREFUSED))
    }
    let number = open(link)
    offer(number, to: address)
    do throws(NetworkError) {
      try await pause(latency, deadline, address)
    } catch {
      reset(number)
      close(number, .client)
      throw error
    }
    return SimulatedTransport(self, connection: number, side: .client, loop: loop, peer: "server \(number)")
  }

  private func pause(_ duration: Duration, _ deadline: Deadline, _ address: SocketAddress?) async throws(NetworkError) {
    let end = Deadline(clock.present + duration)
    try await sleep(until: min(end, deadline))
    if deadline < end { throw .timedOut(address: address) }
  }

  private func sleep(until deadline: Deadline) async throws(NetworkError) {
    guard let loop = TelemetryLoop.current else { preconditionFailure("call the simulated network on its loop") }
    if await !loop.sleep(until: deadline) { throw .cancelled }
  }
}

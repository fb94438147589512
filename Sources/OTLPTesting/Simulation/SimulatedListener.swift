package import HTTP2Transport
internal import Synchronization
package import TelemetryCore

/// A listener on a simulated network.
package final class SimulatedListener: Listener {
  package let address: SocketAddress
  private let network: SimulatedNetwork
  private let loop: TelemetryLoop
  private var token: HandlerToken?

  init(_ network: SimulatedNetwork, address: SocketAddress, loop: TelemetryLoop) {
    self.network = network
    self.address = address
    self.loop = loop
  }

  package func activate(_ handler: any LoopHandler) throws(SystemError) {
    let token = loop.register(handler)
    self.token = token
    network.activateListener(address, token)
  }

  package func accept() -> sending (any Transport)? {
    guard let number = network.takeWaiting(address) else { return nil }
    return SimulatedTransport(network, connection: number, side: .server, loop: loop, peer: "client \(number)")
  }

  package func close() {
    guard let token else { return }
    self.token = nil
    loop.unregister(token)
    network.stopListening(on: address)
  }
}

extension SimulatedNetwork {
  func activateListener(_ address: SocketAddress, _ token: HandlerToken) {
    state.withLock { $0.listeners[address]?.token = token }
    clock.post(ReadyEvent(token: token, readiness: .readable))
  }

  /// Queues a connection for `accept`.
  func offer(_ number: Int, to address: SocketAddress) {
    let token = state.withLock { state in
      state.listeners[address]?.waiting.append(number)
      return state.listeners[address]?.token
    }
    if let token { clock.post(ReadyEvent(token: token, readiness: .readable)) }
  }

  func takeWaiting(_ address: SocketAddress) -> Int? {
    state.withLock { state in
      guard state.listeners[address]?.waiting.isEmpty == false else { return nil }
      return state.listeners[address]?.waiting.removeFirst()
    }
  }

  /// Refuses later connections to an address, and resets those that are not accepted yet.
  func stopListening(on address: SocketAddress) {
    let waiting = state.withLock { $0.listeners.removeValue(forKey: address)?.waiting ?? [] }
    for number in waiting { reset(number) }
  }
}

package import HTTP2Transport
package import TelemetryCore

/// An end of a simulated connection.
@safe
package final class SimulatedTransport: Transport {
  private let network: SimulatedNetwork
  private let connection: Int
  private let side: SimulatedSide
  private let loop: TelemetryLoop
  private var token: HandlerToken?
  private var isClosed = false

  package let peer: String

  init(_ network: SimulatedNetwork, connection: Int, side: SimulatedSide, loop: TelemetryLoop, peer: String) {
    self.network = network
    self.connection = connection
    self.side = side
    self.loop = loop
    self.peer = peer
  }

  deinit { close() }

  package func activate(_ handler: any LoopHandler) throws(SystemError) {
    if let token { loop.unregister(token) }
    let token = loop.register(handler)
    self.token = token
    network.activate(connection, side, token)
  }

  package func write(_ slices: UnsafeBufferPointer<IOSlice>) -> IOResult {
    unsafe network.write(slices, to: connection, side)
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) -> IOResult {
    unsafe network.read(from: connection, side, into: buffer)
  }

  package func close() {
    guard !isClosed else { return }
    isClosed = true
    if let token { loop.unregister(token) }
    network.close(connection, side)
  }
}

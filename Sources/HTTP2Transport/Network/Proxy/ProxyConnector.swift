package import TelemetryCore

extension Network {
  /// Connects to `address`. With a route, `address` is the proxy's, and the transport leads through the proxy to the
  /// server.
  package func connect(
    to address: SocketAddress, by route: ProxyRoute?, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    let transport = try await connect(to: address, on: loop, deadline: deadline)
    guard let route else { return transport }
    do throws(NetworkError) {
      try await ProxyConnector.connect(by: route, over: transport, on: loop, deadline)
    } catch {
      transport.close()
      throw error
    }
    return transport
  }
}

/// Drives `ProxyConnectStateMachine` over a transport.
private enum ProxyConnector {
  static func connect(
    by route: ProxyRoute, over transport: any Transport, on loop: TelemetryLoop, _ deadline: Deadline
  ) async throws(NetworkError) {
    var machine = ProxyConnectStateMachine(route)
    var rest = machine.request[...]
    let waiter = ReadinessWaiter()
    do throws(SystemError) {
      try transport.activate(waiter)
    } catch {
      throw .proxy(route.proxy, .transport(error))
    }
    while true {
      // Taken before any read or write, so that no readiness in between is lost.
      let change = waiter.next
      switch send(&rest, over: transport) ?? receive(&machine, from: transport) {
      case .proceed: return
      case .fail(let failure): throw .proxy(route.proxy, failure)
      case .read: break
      }
      let result = await withTaskCancellationHandler {
        await change.value(until: deadline, on: loop)
      } onCancel: {
        change.fulfil(.cancelled)
      }
      if case .cancelled = result { throw .cancelled }
      if result == nil || deadline.hasPassed(at: loop.now) { throw .proxy(route.proxy, .timedOut) }
    }
  }

  /// Sends the rest of the request as far as the transport accepts it.
  /// - Returns: Nil if nothing is left to send.
  private static func send(
    _ rest: inout ArraySlice<UInt8>, over transport: any Transport
  ) -> ProxyConnectStateMachine.Action? {
    while !rest.isEmpty {
      switch unsafe rest.withUnsafeBytes({ unsafe transport.write($0) }) {
      case .bytes(let count): rest = rest.dropFirst(count)
      case .wouldBlock: return .read
      case .end: return .fail(.closed)
      case .failed(let error): return .fail(.transport(error))
      }
    }
    return nil
  }

  /// Reads the answer, and none of the bytes that follow.
  private static func receive(
    _ machine: inout ProxyConnectStateMachine, from transport: any Transport
  ) -> ProxyConnectStateMachine.Action {
    while true {
      var bytes = [UInt8](repeating: 0, count: machine.missing)
      switch unsafe bytes.withUnsafeMutableBytes({ unsafe transport.read(into: $0) }) {
      case .bytes(let count):
        let action = machine.received(bytes[..<count])
        if action != .read { return action }
      case .wouldBlock: return .read
      case .end: return .fail(machine.connectionEnded())
      case .failed(let error): return .fail(.transport(error))
      }
    }
  }
}

/// Waits for the readiness of a transport.
private final class ReadinessWaiter: LoopHandler {
  enum Change {
    case ready
    case cancelled
  }

  private let promise = Locked(Promise<Change>())

  /// The next readiness. A readiness since the last call counts.
  var next: Promise<Change> {
    promise.withLock { promise in
      if promise.current != nil { promise = Promise() }
      return promise
    }
  }

  func ready(_ readiness: Readiness) { _ = promise.withLock { $0.fulfil(.ready) } }
}

package import TelemetryCore

extension Network {
  /// Connects to `address`, and if that is a proxy's, through it to the server that `route` names. The transport carries
  /// the server's bytes from the first on.
  package func connect(
    to address: SocketAddress, by route: ProxyRoute?, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    let transport = try await connect(to: address, on: loop, deadline: deadline)
    guard let route else { return transport }
    do throws(NetworkError) {
      try await ProxyDialogue.run(ProxyConnectStateMachine(route), route.proxy, over: transport, on: loop, deadline)
    } catch {
      transport.close()
      throw error
    }
    return transport
  }
}

/// Asks a proxy for a connection.
private enum ProxyDialogue {
  static func run(
    _ tunnel: ProxyConnectStateMachine, _ proxy: ProxyServer, over transport: any Transport, on loop: TelemetryLoop,
    _ deadline: Deadline
  ) async throws(NetworkError) {
    var tunnel = tunnel
    var rest = tunnel.request[...]
    let waiter = ReadinessWaiter()
    do throws(SystemError) {
      try transport.activate(waiter)
    } catch {
      throw .proxy(proxy, .transport(error))
    }
    while true {
      // Asked for before anything is moved, so that no readiness is lost in between.
      let change = waiter.next
      switch send(&rest, over: transport) ?? receive(&tunnel, from: transport) {
      case .open: return
      case .failed(let failure): throw .proxy(proxy, failure)
      case .waiting: break
      }
      let result = await withTaskCancellationHandler {
        await change.value(until: deadline, on: loop)
      } onCancel: {
        change.fulfil(.cancelled)
      }
      if case .cancelled = result { throw .cancelled }
      if result == nil || deadline.hasPassed(at: loop.now) { throw .proxy(proxy, .timedOut) }
    }
  }

  /// Sends what it can; nil once all is sent.
  private static func send(_ rest: inout ArraySlice<UInt8>, over transport: any Transport) -> ProxyConnectStateMachine
    .Progress?
  {
    while !rest.isEmpty {
      let result = unsafe rest.withUnsafeBytes { bytes -> IOResult in
        guard let start = bytes.baseAddress else { return .wouldBlock }
        return unsafe withUnsafeTemporaryAllocation(of: IOSlice.self, capacity: 1) { slice in
          unsafe slice.initializeElement(at: 0, to: IOSlice(start: start, count: bytes.count))
          return unsafe transport.write(UnsafeBufferPointer(slice))
        }
      }
      switch result {
      case .bytes(let count): rest = rest.dropFirst(count)
      case .wouldBlock: return .waiting
      case .end: return .failed(.closed)
      case .failed(let error): return .failed(.transport(error))
      }
    }
    return nil
  }

  /// Reads what is there of the answer, and nothing of what follows it.
  private static func receive(_ tunnel: inout ProxyConnectStateMachine, from transport: any Transport)
    -> ProxyConnectStateMachine.Progress
  {
    while true {
      var bytes = [UInt8](repeating: 0, count: tunnel.missing)
      switch unsafe bytes.withUnsafeMutableBytes({ unsafe transport.read(into: $0) }) {
      case .bytes(let count):
        let progress = tunnel.receive(bytes[..<count])
        if progress != .waiting { return progress }
      case .wouldBlock: return .waiting
      case .end: return .failed(tunnel.receiveEnd())
      case .failed(let error): return .failed(.transport(error))
      }
    }
  }
}

/// Tells of each readiness of a transport.
private final class ReadinessWaiter: LoopHandler {
  enum Change {
    case ready
    case cancelled
  }

  private let promise = Locked(Promise<Change>())

  /// The next readiness, or the last one if nobody has asked since.
  var next: Promise<Change> {
    promise.withLock { promise in
      if promise.current != nil { promise = Promise() }
      return promise
    }
  }

  func ready(_ readiness: Readiness) { _ = promise.withLock { $0.fulfil(.ready) } }
}

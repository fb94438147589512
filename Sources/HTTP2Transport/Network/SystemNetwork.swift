package import TelemetryCore

/// The system's network: non-blocking sockets, and `getaddrinfo` on the blocking threads of a runtime.
package struct SystemNetwork: Network {
  private let runtime: TelemetryRuntime
  private let resolver: NameResolver

  /// Makes a network that resolves names on the blocking threads of `runtime`.
  package init(runtime: TelemetryRuntime = .shared) {
    self.runtime = runtime
    resolver = NameResolver(runtime: runtime)
  }

  package func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
    if let address = SocketAddress(numeric: host, port: port) { return [address] }
    guard let loop = TelemetryLoop.current else {
      throw .unresolved(host: host, reason: "the look-up wasn't started on an event loop")
    }
    return try await resolver.resolve(host, deadline: deadline, on: loop).map { $0.withPort(port) }
  }

  package func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    let transport: SocketTransport
    let change: ConnectChange?
    do throws(SystemError) {
      let descriptor = try SocketSystem.open(for: address)
      // After an error the transport closes the descriptor.
      transport = SocketTransport(descriptor: descriptor, peer: "\(address)", loop: loop)
      change = try await SocketSystem.connect(descriptor, to: address) ? .ready : wait(descriptor, loop, deadline)
      SocketSystem.setNoDelay(descriptor)
    } catch {
      throw .connect(address: address, error: error)
    }
    switch change {
    case .ready: return transport
    case .cancelled: throw .cancelled
    case nil: throw .timedOut(address: address)
    }
  }

  package func startBlocking(_ work: @escaping @Sendable () -> Void) { runtime.startBlocking(work) }
}

extension SystemNetwork {
  private enum ConnectChange {
    case ready
    case cancelled
  }

  private final class Waiter: LoopHandler {
    let promise = Promise<ConnectChange>()
    func ready(_ readiness: Readiness) { promise.fulfil(.ready) }
  }

  /// Waits until the connection is made.
  /// - Returns: Nil if the deadline passed.
  private func wait(
    _ descriptor: Int32, _ loop: TelemetryLoop, _ deadline: Deadline
  ) async throws(SystemError) -> ConnectChange? {
    let waiter = Waiter()
    let token = try loop.watch(descriptor, waiter)
    defer { loop.unwatch(descriptor, token) }
    let promise = waiter.promise
    let result = await withTaskCancellationHandler {
      await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(.cancelled)
    }
    if case .ready = result { try SocketSystem.finishConnect(descriptor) }
    return result
  }
}

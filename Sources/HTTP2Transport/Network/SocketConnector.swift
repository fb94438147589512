internal import TelemetryCore

/// Connects sockets without blocking.
enum SocketConnector {
  private enum Change {
    case ready
    case cancelled
  }

  private final class Waiter: LoopHandler {
    let promise = Promise<Change>()
    func ready(_ readiness: Readiness) { promise.fulfil(.ready) }
  }

  static func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending SocketTransport {
    let transport: SocketTransport
    let change: Change?
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

  /// Waits until the connection is made.
  /// - Returns: Nil if the deadline passed.
  private static func wait(
    _ descriptor: Int32, _ loop: TelemetryLoop, _ deadline: Deadline
  ) async throws(SystemError) -> Change? {
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

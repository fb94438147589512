internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Connects without blocking.
enum SocketConnector {
  private enum Wait {
    case ready
    case cancelled
  }

  private final class Waiter: LoopHandler {
    let promise = Promise<Wait>()
    func ready(_ readiness: Readiness) { promise.fulfil(.ready) }
  }

  static func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending SocketTransport {
    let descriptor: Int32
    do {
      descriptor = try SocketSystem.open(for: address)
    } catch {
      throw .connect(address: address, error: error)
    }
    do throws(NetworkError) {
      try await connect(descriptor, to: address, on: loop, deadline: deadline)
    } catch {
      ForkedDescriptors.close(descriptor)
      throw error
    }
    SocketSystem.setNoDelay(descriptor)
    return SocketTransport(descriptor: descriptor, peer: "\(address)", loop: loop)
  }

  private static func connect(
    _ descriptor: Int32, to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) {
    let code = SocketSystem.connect(descriptor, to: address)
    switch code {
    case 0: return
    case EINPROGRESS, EINTR: try await wait(descriptor, address, loop, deadline)
    default: throw .connect(address: address, error: SystemError(call: "connect", code: code))
    }
    let error = SocketSystem.pendingError(descriptor)
    guard error == 0 else { throw .connect(address: address, error: SystemError(call: "connect", code: error)) }
  }

  private static func wait(
    _ descriptor: Int32, _ address: SocketAddress, _ loop: TelemetryLoop, _ deadline: Deadline
  ) async throws(NetworkError) {
    let waiter = Waiter()
    let token: HandlerToken
    do {
      token = try loop.watch(descriptor, waiter)
    } catch {
      throw .connect(address: address, error: error)
    }
    defer { loop.unwatch(descriptor, token) }
    let promise = waiter.promise
    let result = await withTaskCancellationHandler {
      await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(.cancelled)
    }
    switch result {
    case .ready: return
    case .cancelled: throw .cancelled
    case nil: throw .timedOut(address: address)
    }
  }
}

package import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Where connections come in. Belongs to one event loop and is used on its thread only.
package protocol Listener: AnyObject {
  /// Starts the reports of readiness to `handler`; after each, accept until there is none.
  func activate(_ handler: any LoopHandler) throws(SystemError)

  /// The next connection that waits; nil if none does now.
  func accept() -> sending (any Transport)?

  /// Stops listening. A second call does nothing.
  func close()

  /// The address, with the port that was given out if 0 was asked for.
  var address: SocketAddress { get }
}

/// A socket that listens: IPv4, IPv6 or Unix.
package final class ListeningSocket: Listener {
  package let address: SocketAddress
  private static let retryPause = Duration.milliseconds(100)

  private let descriptor: Int32
  private let loop: TelemetryLoop
  private var token: UInt64?
  private var retry: TelemetryLoop.TimerID?
  private var owner = Fork.generation  // as in SocketTransport

  private var isOpen: Bool { owner == Fork.generation }

  /// Binds and listens; a Unix socket's path must not exist, and is removed by `close()`.
  package init(_ address: SocketAddress, on loop: TelemetryLoop) throws(NetworkError) {
    do throws(SystemError) {
      descriptor = try ListeningSocket.listen(address)
    } catch {
      throw .connect(address: address, error: error)
    }
    self.loop = loop
    self.address = address.port == nil ? address : SocketSystem.localAddress(descriptor) ?? address
  }

  deinit { close() }

  private static func listen(_ address: SocketAddress) throws(SystemError) -> Int32 {
    let descriptor = try SocketSystem.open(for: address)
    if address.port != nil { SocketSystem.setReuseAddress(descriptor) }
    let bound = unsafe SocketSystem.with(address) { system, size in
      unsafe systemBind(descriptor, system, size) == 0 ? 0 : errno
    }
    var error: SystemError?
    if bound != 0 {
      error = SystemError(call: "bind", code: bound ?? ENAMETOOLONG)
    } else if systemListen(descriptor) != 0 {
      error = SystemError(call: "listen", code: errno)
    }
    guard let error else { return descriptor }
    ForkedDescriptors.close(descriptor)
    throw error
  }

  package func activate(_ handler: any LoopHandler) throws(SystemError) {
    token = try loop.watch(descriptor, handler)
  }

  package func accept() -> sending (any Transport)? {
    while isOpen {
      var storage = sockaddr_storage()
      var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let accepted: (descriptor: Int32, peer: SocketAddress?) = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
        let system = unsafe bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self)
        let descriptor = ForkedDescriptors.open {
          let descriptor = unsafe systemAccept(self.descriptor, system, &size)
          return descriptor >= 0 ? descriptor : -errno
        }
        return unsafe (descriptor, descriptor >= 0 ? SocketSystem.address(system) : nil)
      }
      if accepted.descriptor >= 0 {
        SocketSystem.prepare(accepted.descriptor)
        SocketSystem.setNoDelay(accepted.descriptor)
        return SocketTransport(
          descriptor: accepted.descriptor, peer: "\(accepted.peer ?? address)", loop: loop)
      }
      switch -accepted.descriptor {
      // A connection that went away before it was accepted is no reason to stop.
      case EINTR, ECONNABORTED: continue
      case EAGAIN, EBADF, EINVAL, ENOTSOCK: return nil
      default:
        acceptLater()
        return nil
      }
    }
    return nil
  }

  /// Connections wait, and none can be taken now, for want of descriptors mostly. The poller tells of each only once.
  private func acceptLater() {
    guard let token else { return }
    if let retry { loop.cancel(retry) }
    retry = loop.schedule(at: Deadline(loop.now + ListeningSocket.retryPause), notifying: token)
  }

  package func close() {
    guard isOpen else { return }
    owner = 0
    if let retry { loop.cancel(retry) }
    if let token { loop.unwatch(descriptor, token) }
    ForkedDescriptors.close(descriptor)
    if case .unix(let path) = address { _ = unsafe unlink(path) }
  }
}

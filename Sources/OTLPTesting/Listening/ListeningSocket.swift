package import HTTP2Transport
internal import OTLPSystem
package import TelemetryCore

/// A listening socket: IPv4, IPv6 or Unix.
package final class ListeningSocket: Listener {
  package let address: SocketAddress
  private static let retryPause = Duration.milliseconds(100)

  private let descriptor: Int32
  private let loop: TelemetryLoop
  private var token: HandlerToken?
  private var retry: TelemetryLoop.TimerID?
  /// The process that opened the descriptor; 0 once the socket is closed.
  private var owner = Fork.generation

  private var isOpen: Bool { owner == Fork.generation }

  /// Binds and listens. The path of a Unix socket must not exist, but for a socket on which nobody listens any more, which is
  /// replaced; `close()` removes it.
  package init(_ address: SocketAddress, on loop: TelemetryLoop) throws(NetworkError) {
    do throws(SystemError) {
      descriptor = try ListeningSocket.open(address)
    } catch {
      throw .connect(address: address, error: error)
    }
    self.loop = loop
    self.address = address.port == nil ? address : ListeningSocket.boundAddress(descriptor) ?? address
  }

  deinit { close() }

  private static func open(_ address: SocketAddress) throws(SystemError) -> Int32 {
    let descriptor = try SocketSystem.open(for: address)
    if address.port != nil {
      var enabled: Int32 = 1
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &enabled, 4)
    }
    var bound = bind(descriptor, address)
    if bound == EADDRINUSE, case .unix(let path) = address, isAbandoned(address, path) {
      _ = unsafe unlink(path)
      bound = bind(descriptor, address)
    }
    var error: SystemError?
    if bound != 0 {
      error = SystemError(call: "bind", code: bound ?? ENAMETOOLONG)
    } else if listen(descriptor, 1_024) != 0 {
      error = SystemError(call: "listen", code: errno)
    }
    guard let error else { return descriptor }
    ForkedDescriptors.close(descriptor)
    throw error
  }

  private static func bind(_ descriptor: Int32, _ address: SocketAddress) -> Int32? {
    unsafe SocketSystem.with(address) { system, size in
      unsafe OTLPSystem.bind(descriptor, system, size) == 0 ? 0 : errno
    }
  }

  /// True for a socket that a process left behind when it was killed.
  private static func isAbandoned(_ address: SocketAddress, _ path: String) -> Bool {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK,
      let probe = try? SocketSystem.open(for: address)
    else { return false }
    defer { ForkedDescriptors.close(probe) }
    return unsafe SocketSystem.with(address) { system, size in
      unsafe connect(probe, system, size) != 0 && errno == ECONNREFUSED
    } == true
  }

  /// - Returns: The address with the port that the system chose, or nil if it isn't an IP address.
  private static func boundAddress(_ descriptor: Int32) -> SocketAddress? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      let system = unsafe bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self)
      guard unsafe getsockname(descriptor, system, &size) == 0 else { return nil }
      return unsafe SocketSystem.address(system)
    }
  }

  package func activate(_ handler: any LoopHandler) throws(SystemError) {
    token = try loop.watch(descriptor, handler)
  }

  package func accept() -> sending (any Transport)? {
    while isOpen {
      let (result, peer) = acceptNext()
      if result >= 0 {
        SocketSystem.prepare(result)
        SocketSystem.setNoDelay(result)
        return SocketTransport(descriptor: result, peer: "\(peer ?? address)", loop: loop)
      }
      switch -result {
      // An aborted connection may be followed by others.
      case EINTR, ECONNABORTED: continue
      case EAGAIN, EBADF, EINVAL, ENOTSOCK: return nil
      default:
        acceptLater()
        return nil
      }
    }
    return nil
  }

  /// - Returns: The descriptor or the negative error code, and the peer's address.
  private func acceptNext() -> (result: Int32, peer: SocketAddress?) {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      let system = unsafe bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self)
      let result = ForkedDescriptors.open {
        let descriptor = unsafe OTLPSystem.accept(self.descriptor, system, &size)
        return descriptor >= 0 ? descriptor : -errno
      }
      return unsafe (result, result >= 0 ? SocketSystem.address(system) : nil)
    }
  }

  /// Tries again after a pause. Connections are pending and can't be accepted, mostly for want of descriptors; the
  /// poller reports each of them once only.
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

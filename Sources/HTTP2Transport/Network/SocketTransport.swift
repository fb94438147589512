internal import OTLPSystem
internal import Synchronization
package import TelemetryCore

/// A connected socket.
package final class SocketTransport: Transport {
  package let peer: String
  private let descriptor: Int32
  private let loop: TelemetryLoop
  private var token: HandlerToken?
  /// The process that opened the descriptor; 0 once the socket is closed. A forked child has closed its parent's.
  // Atomic only because each use of a class's variable costs a check of exclusive access.
  private let owner = Atomic<UInt32>(Fork.generation)

  package init(descriptor: Int32, peer: String, loop: TelemetryLoop) {
    self.descriptor = descriptor
    self.peer = peer
    self.loop = loop
  }

  deinit { if isOpen { ForkedDescriptors.close(descriptor) } }

  private var isOpen: Bool { owner.load(ordering: .relaxed) == Fork.generation }

  package func activate(_ handler: any LoopHandler) throws(SystemError) {
    deactivate()
    token = try loop.watch(descriptor, handler)
  }

  package func write(_ slices: UnsafeBufferPointer<IOSlice>) -> IOResult {
    guard isOpen else { return .failed(SystemError(call: "sendmsg", code: EBADF)) }
    // SAFETY: an IOSlice has the layout of an iovec, and `sendmsg` only reads the memory.
    let vectors = unsafe UnsafeMutableRawPointer(mutating: slices.baseAddress)?.assumingMemoryBound(to: iovec.self)
    var message = unsafe msghdr()
    unsafe message.msg_iov = vectors
    // IOV_MAX. More slices make a partial write.
    unsafe message.msg_iovlen = .init(min(slices.count, 1_024))
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    while true {
      let count = unsafe sendmsg(descriptor, &message, flags)
      if count >= 0 { return .bytes(count) }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .wouldBlock : .failed(SystemError(call: "sendmsg", code: errno))
    }
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) -> IOResult {
    guard isOpen else { return .failed(SystemError(call: "recv", code: EBADF)) }
    while true {
      let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .wouldBlock : .failed(SystemError(call: "recv", code: errno))
    }
  }

  package func setUserTimeout(_ timeout: Duration) { SocketSystem.setUserTimeout(descriptor, timeout) }

  package func close() {
    guard isOpen else { return }
    owner.store(0, ordering: .relaxed)
    deactivate()
    ForkedDescriptors.close(descriptor)
  }

  private func deactivate() {
    guard let token else { return }
    self.token = nil
    loop.unwatch(descriptor, token)
  }
}

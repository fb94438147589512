internal import Synchronization
internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A connected socket.
final class SocketTransport: Transport {
  let peer: String
  private let descriptor: Int32
  private let loop: TelemetryLoop
  private var token: UInt64?
  // The process that the descriptor is open in; 0 once it is closed. A forked child has closed its parent's.
  // Atomic only because a variable of a class costs a check of exclusive access each time.
  private let owner = Atomic<UInt32>(Fork.generation)

  init(descriptor: Int32, peer: String, loop: TelemetryLoop) {
    self.descriptor = descriptor
    self.peer = peer
    self.loop = loop
  }

  deinit { if isOpen { ForkedDescriptors.close(descriptor) } }

  private var isOpen: Bool { owner.load(ordering: .relaxed) == Fork.generation }

  func activate(_ handler: any LoopHandler) throws(SystemError) {
    deactivate()
    token = try loop.watch(descriptor, handler)
  }

  func write(_ slices: UnsafeBufferPointer<IOSlice>) -> IOResult {
    guard isOpen else { return .failed(SystemError(call: "sendmsg", code: EBADF)) }
    // SAFETY: an IOSlice is laid out like an iovec, which takes mutable memory but isn't written through here.
    let vectors = unsafe UnsafeMutableRawPointer(mutating: slices.baseAddress)?.assumingMemoryBound(to: iovec.self)
    var message = unsafe msghdr()
    unsafe message.msg_iov = vectors
    // The system takes so many at most; the rest is a partial write.
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

  func read(into buffer: UnsafeMutableRawBufferPointer) -> IOResult {
    guard isOpen else { return .failed(SystemError(call: "recv", code: EBADF)) }
    while true {
      let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .wouldBlock : .failed(SystemError(call: "recv", code: errno))
    }
  }

  func setUserTimeout(_ timeout: Duration) { SocketSystem.setUserTimeout(descriptor, timeout) }

  func close() {
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

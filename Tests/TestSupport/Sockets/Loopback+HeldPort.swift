internal import Glibc

extension Loopback {
  /// A reserved port, on which a program can listen later.
  ///
  /// This object binds a socket to the port, so that the system gives the port to no other socket. The socket doesn't
  /// listen and has SO_REUSEADDR, so that a server that sets the same option can listen.
  package final class HeldPort: Sendable {
    package let number: UInt16
    private let descriptor: Int32

    package init() {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var isShared: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isShared, socklen_t(MemoryLayout<Int32>.size))
      number = Loopback.bindAnywhere(descriptor)
    }

    deinit { close(descriptor) }
  }
}

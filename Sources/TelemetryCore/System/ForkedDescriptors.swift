#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The descriptors of telemetry's sockets and pollers. A forked child closes them first of all: the connections are the
/// parent's, and a socket that two processes hold doesn't end when one of them closes it.
///
/// An object that holds such a descriptor keeps the ``Fork/generation`` along with it, and touches it in that one only:
/// later the number may be another file's.
package final class ForkedDescriptors: ForkParticipant {
  private static let shared = ForkedDescriptors()

  private let open = Locked<[Int32]>([])

  private init() { Fork.join(self) }

  /// Takes part in forks from now on; called where no lock is held that takes part too.
  static func start() { _ = shared }

  /// Notes the descriptor that `make` gives, or returns its negative `errno`. No fork comes in between.
  ///
  /// Where the process has closed its standard output or error, the system gives their numbers to the next file. No
  /// socket gets one: what the program prints would go to the server.
  package static func open(_ make: () -> Int32) -> Int32 {
    shared.open.withLock { open in
      let descriptor = aboveStandard(make())
      if descriptor >= 0 { open.append(descriptor) }
      return descriptor
    }
  }

  /// Closes a descriptor of this process.
  package static func close(_ descriptor: Int32) {
    shared.open.withLock { open in
      if let index = open.lastIndex(of: descriptor) { open.swapAt(index, open.count - 1) }
      if open.last == descriptor { open.removeLast() }
      _ = closeDescriptor(descriptor)
    }
  }

  /// Lets go of numbers that are no descriptors of ours any more.
  static func forget(_ descriptors: [Int32]) {
    shared.open.withLock { open in open.removeAll { descriptors.contains($0) } }
  }

  package var forkOrder: ForkOrder { .leaf }
  package func prepareFork() { open.lock() }
  package func forkedParent() { open.unlock() }

  package func forkedChild() {
    for descriptor in unsafe open.value.pointee { _ = closeDescriptor(descriptor) }
    unsafe open.value.pointee.removeAll()
    open.unlock()
  }
}

/// The same file under a number that isn't one of the three standard ones, or the negative `errno`.
private func aboveStandard(_ descriptor: Int32) -> Int32 {
  guard (0...STDERR_FILENO).contains(descriptor) else { return descriptor }
  let other = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
  let result = other >= 0 ? other : -errno
  _ = closeDescriptor(descriptor)
  return result
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }

internal import OTLPSystem

/// The descriptors of telemetry's sockets and pollers. A forked child closes them before any other work: the connections
/// are the parent's, and a socket that two processes hold stays open when only one process closes it.
///
/// An object with such a descriptor also stores the ``Fork/generation``, and uses the descriptor in this generation only:
/// in a later generation the number may belong to another file.
package final class ForkedDescriptors: ForkParticipant {
  private static let shared = ForkedDescriptors()

  private let open = Locked<[Int32]>([])

  private init() { Fork.join(self) }

  /// Joins the participants of forks. The caller must hold no lock of a participant.
  static func start() { _ = shared }

  /// Calls `make`, which opens a descriptor or returns the negative `errno`, and stores the descriptor. No fork happens
  /// in between.
  ///
  /// After the process has closed its standard output or error, the system gives their numbers to the next files. A
  /// socket never gets such a number: the program's output would go to the server.
  /// - Returns: The descriptor or the negative `errno`.
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
      _ = OTLPSystem.close(descriptor)
    }
  }

  /// Stores the descriptor of a library, which closes it itself; ``forget(_:)`` comes before that.
  package static func adopt(_ descriptor: Int32) { shared.open.withLock { $0.append(descriptor) } }

  /// Forgets numbers that the program has closed, or will.
  package static func forget(_ descriptors: [Int32]) {
    shared.open.withLock { open in open.removeAll { descriptors.contains($0) } }
  }

  package var forkOrder: ForkOrder { .leaf }
  package func prepareFork() { open.lock() }
  package func forkedParent() { open.unlock() }

  package func forkedChild() {
    for descriptor in unsafe open.value.pointee { _ = OTLPSystem.close(descriptor) }
    unsafe open.value.pointee.removeAll()
    open.unlock()
  }
}

/// Moves the file to a number above the three standard ones.
/// - Returns: The number or the negative `errno`.
private func aboveStandard(_ descriptor: Int32) -> Int32 {
  guard (0...STDERR_FILENO).contains(descriptor) else { return descriptor }
  let other = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
  let result = other >= 0 ? other : -errno
  _ = OTLPSystem.close(descriptor)
  return result
}

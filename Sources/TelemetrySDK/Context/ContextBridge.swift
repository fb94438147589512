internal import Synchronization

/// The way to another library's task-local context that carries trace contexts too. At most one is installed in a process.
package final class ContextBridge: Sendable {
  /// A retained bridge, which is never released. The standard library's `AtomicLazyReference` would cost each span 400 instructions.
  private static let installed = Atomic<UInt>(0)

  private let inner: @Sendable (TraceContext) -> TraceContext

  private init(_ inner: @escaping @Sendable (TraceContext) -> TraceContext) { self.inner = inner }

  /// Installs a bridge for the rest of the process; only the first call has an effect.
  /// - Parameter inner: Gives the inner one of two contexts: the argument, which is bound to the task, and the one that the
  ///   other library holds.
  package static func install(_ inner: @escaping @Sendable (TraceContext) -> TraceContext) {
    guard installed.load(ordering: .relaxed) == 0 else { return }
    let bridge = unsafe Unmanaged.passRetained(ContextBridge(inner))
    let address = unsafe UInt(bitPattern: bridge.toOpaque())
    let (isFirst, _) = installed.compareExchange(expected: 0, desired: address, ordering: .acquiringAndReleasing)
    if !isFirst { unsafe bridge.release() }
  }

  @inline(__always)
  static func current(_ bound: TraceContext) -> TraceContext {
    let address = installed.load(ordering: .acquiring)
    return address == 0 ? bound : through(address, bound)
  }

  @inline(never)
  private static func through(_ address: UInt, _ bound: TraceContext) -> TraceContext {
    // SAFETY: only `install` stores an address, that of an object which lives as long as the process.
    guard let pointer = unsafe UnsafeRawPointer(bitPattern: address) else { return bound }
    return unsafe Unmanaged<ContextBridge>.fromOpaque(pointer).takeUnretainedValue().inner(bound)
  }
}

internal import Synchronization

/// The way to another library's task-local context that carries trace contexts too. At most one is installed in a process.
package final class ContextBridge: Sendable {
  private static let installed = AtomicLazyReference<ContextBridge>()

  private let inner: @Sendable (TraceContext) -> TraceContext

  private init(_ inner: @escaping @Sendable (TraceContext) -> TraceContext) { self.inner = inner }

  /// Installs a bridge for the rest of the process; only the first call has an effect.
  /// - Parameter inner: Gives the inner one of two contexts: the argument, which is bound to the task, and the one that the
  ///   other library holds.
  package static func install(_ inner: @escaping @Sendable (TraceContext) -> TraceContext) {
    _ = installed.storeIfNil(ContextBridge(inner))
  }

  static func current(_ bound: TraceContext) -> TraceContext { installed.load()?.inner(bound) ?? bound }
}

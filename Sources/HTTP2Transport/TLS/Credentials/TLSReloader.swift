package import TelemetryCore

/// Provides the TLS context for each new connection, reloaded if its files have changed.
///
/// The files are examined only when a connection is made, at most once in the configured interval, so that an idle process
/// makes no system call. A blocking thread examines them. If that takes long, as on a network file system, the connection
/// uses the present context.
package final class TLSReloader: Sendable {
  private struct State {
    var context: TLSContext
    var machine: ReloadStateMachine
    /// The check of the files that is in progress.
    var check: Promise<Void>?
    /// The start of the last check.
    var lastCheck: MonotonicInstant?
  }

  /// Bounds how often files that change while they are read are read again.
  private static let maxAttempts = 3
  /// Bounds how long a connection waits for a check.
  private static let patience = Duration.seconds(1)

  /// Nil if the files are never read again.
  private let configuration: TLSConfiguration?
  private let diagnostics: Diagnostics
  private let state: Locked<State>

  /// Starts with `context`, which is used until its files change.
  package init(_ context: TLSContext, diagnostics: Diagnostics) {
    let reloads = !context.configuration.paths.isEmpty && context.configuration.reloadInterval != nil
    configuration = reloads ? context.configuration : nil
    self.diagnostics = diagnostics
    state = Locked(State(context: context, machine: ReloadStateMachine(used: context.files)))
  }

  /// The context for a new connection. Must be called on `loop`.
  package func context(network: any Network, loop: TelemetryLoop, deadline: Deadline) async -> TLSContext {
    guard let configuration else { return state.withLock { $0.context } }
    let now = loop.now
    let (check, isNew) = state.withLock { state -> (Promise<Void>?, Bool) in
      if let check = state.check { return (check, false) }
      if let last = state.lastCheck, now - last < configuration.reloadInterval ?? .zero { return (nil, false) }
      let check = Promise<Void>()
      state.check = check
      state.lastCheck = now
      return (check, true)
    }
    guard let check else { return state.withLock { $0.context } }
    if isNew {
      network.startBlocking { [self] in
        reload(configuration)
        state.withLock { $0.check = nil }
        check.fulfil(())
      }
    }
    _ = await check.valueUnlessCancelled(until: min(deadline, Deadline(loop.now + TLSReloader.patience)), on: loop)
    return state.withLock { $0.context }
  }

  /// Loads the files if they have changed, and keeps the present context if they can't be used. Blocks.
  private func reload(_ configuration: TLSConfiguration) {
    for attempt in 1...TLSReloader.maxAttempts {
      let found = configuration.fileIdentities
      guard state.withLock({ $0.machine.filesExamined(found) }) == .load else { return }
      do throws(TLSError) {
        return use(try TLSContext(client: configuration), configuration)
      } catch {
        // The counterpart of a replaced file may follow.
        if attempt < TLSReloader.maxAttempts, configuration.fileIdentities != found { continue }
        return keepPresent(found, error)
      }
    }
  }

  private func use(_ context: TLSContext, _ configuration: TLSConfiguration) {
    state.withLock { state in
      state.context = context
      state.machine.filesLoaded(context.files)
    }
    diagnostics.emit(
      .info, "changed TLS files are in use for new connections",
      [("files", configuration.paths.map { PEMSource.file($0).quoted }.joined(separator: ", "))])
    for warning in context.warnings {
      diagnostics.emit(.warning, "a private key isn't kept private", [("reason", warning)])
    }
  }

  private func keepPresent(_ found: [FileIdentity?], _ error: TLSError) {
    guard state.withLock({ $0.machine.loadFailed(found) }) == .reportFailure else { return }
    diagnostics.emit(
      .warning, "changed TLS files can't be used, those read before stay in use", [("reason", error.message)])
  }
}

package import TelemetryCore

/// Gives each new connection the TLS context of the files as they are now, for as long as they can be used.
///
/// Nothing watches in between: an idle process makes no system call. With an interval they are looked at only once in
/// it, however many connections are made. The files are looked at on a thread that may
/// block; when that takes long, as on a network's file system, the connection goes on with what there is.
package final class TLSReloader: Sendable {
  private struct State {
    var context: TLSContext
    var watch: TLSWatch
    /// Fulfilled when the look that is under way has ended.
    var look: Promise<Void>?
    /// When the last look began.
    var lastLook: MonotonicInstant?
  }

  // Files that change while they are read are read again, so often.
  private static let attempts = 3
  private static let patience = Duration.seconds(1)

  private let configuration: TLSConfiguration?
  private let diagnostics: Diagnostics
  private let state: Locked<State>

  /// Starts from a context, which is used until its files change.
  package init(_ context: TLSContext, diagnostics: Diagnostics) {
    let configuration = context.configuration
    let isWatched = configuration?.paths.isEmpty == false && configuration?.reloadInterval != nil
    self.configuration = isWatched ? configuration : nil
    self.diagnostics = diagnostics
    state = Locked(State(context: context, watch: TLSWatch(used: context.files)))
  }

  /// The context for a connection that is made now. Called on `loop`.
  package func context(network: any Network, loop: TelemetryLoop, deadline: Deadline) async -> TLSContext {
    guard let configuration else { return state.withLock { $0.context } }
    let now = loop.now
    let (look, isNew) = state.withLock { state -> (Promise<Void>?, Bool) in
      if let look = state.look { return (look, false) }
      if let last = state.lastLook, now - last < configuration.reloadInterval ?? .zero { return (nil, false) }
      let look = Promise<Void>()
      state.look = look
      state.lastLook = now
      return (look, true)
    }
    guard let look else { return state.withLock { $0.context } }
    if isNew {
      network.startBlocking { [self] in
        refresh(configuration)
        state.withLock { $0.look = nil }
        look.fulfil(())
      }
    }
    _ = await look.value(until: min(deadline, Deadline(loop.now + TLSReloader.patience)), on: loop)
    return state.withLock { $0.context }
  }

  /// Loads the files if they have changed; keeps what there is if they can't be used. Blocks.
  private func refresh(_ configuration: TLSConfiguration) {
    for attempt in 1...TLSReloader.attempts {
      let found = TLSFileSet(of: configuration)
      guard state.withLock({ $0.watch.seen(found) }) else { return }
      do throws(TLSError) {
        return take(try TLSContext(client: configuration), configuration)
      } catch {
        // One file may have been replaced and its counterpart not yet.
        if attempt < TLSReloader.attempts, TLSFileSet(of: configuration) != found { continue }
        return refuse(found, error)
      }
    }
  }

  private func take(_ context: TLSContext, _ configuration: TLSConfiguration) {
    state.withLock { state in
      state.context = context
      state.watch.loaded(context.files)
    }
    diagnostics.emit(
      .info, "changed TLS files are in use for new connections",
      [("files", configuration.paths.map { TLSFile.shown(.file($0)) }.joined(separator: ", "))])
    for warning in context.warnings {
      diagnostics.emit(.warning, "a private key isn't kept private", [("reason", warning)])
    }
  }

  private func refuse(_ found: TLSFileSet, _ error: TLSError) {
    guard state.withLock({ $0.watch.failed(found) }) else { return }
    diagnostics.emit(
      .warning, "changed TLS files can't be used, those read before stay in use", [("reason", error.message)])
  }
}

#if PostgreSQL
  internal import TelemetryCore

  /// Has servers end the statements of connections that are given up.
  ///
  /// A request to a server that doesn't answer holds its thread for as long, so the requests are sent one after another, on a
  /// thread of their own: the runtime may have a single one, which connects.
  final class PostgreSQLCanceller: Sendable {
    private struct Entry {
      let request: PostgreSQLCancelRequest
      let sent: Promise<Void>
    }

    private struct State {
      var waiting: [Entry] = []
      /// True while there is a thread.
      var isSending = false
    }

    // As many as there can be connections. Further requests are left out: their servers don't answer.
    private static let mostWaiting = 100
    private static let stackSize = 256 << 10

    private let state = Locked(State())

    /// Sends a request for the present statement of a connection, which may be closed afterwards.
    /// - Returns: A promise that is fulfilled when the server has answered; nil if there is nothing to send.
    @discardableResult
    func cancelStatement(of connection: PostgreSQLConnection) -> Promise<Void>? {
      guard let request = connection.cancelRequest else { return nil }
      let sent = Promise<Void>()
      let starts = state.withLock { state -> Bool? in
        guard state.waiting.count < Self.mostWaiting else { return nil }
        state.waiting.append(Entry(request: request, sent: sent))
        defer { state.isSending = true }
        return !state.isSending
      }
      guard let starts else { return nil }
      if starts { start() }
      return sent
    }

    private func start() {
      do throws(SystemError) {
        try ThreadSystem.start(name: "otlp-cancel", stackSize: Self.stackSize) { [self] in
          while let entry = next() {
            entry.request.send()
            entry.sent.fulfil(())
          }
        }
      } catch {
        let waiting = state.withLock { state in
          defer { state = State() }
          return state.waiting
        }
        for entry in waiting { entry.sent.fulfil(()) }
      }
    }

    private func next() -> Entry? {
      state.withLock { state in
        guard !state.waiting.isEmpty else {
          state.isSending = false
          return nil
        }
        return state.waiting.removeFirst()
      }
    }
  }
#endif

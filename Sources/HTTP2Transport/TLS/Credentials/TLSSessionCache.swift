internal import TelemetryCore

/// The sessions of a context's connections: a store with lock and clock. Thread-safe.
final class TLSSessionCache: Sendable {
  private let store = Locked(TLSSessionStore<TLSSession>())
  private let clock: TLSSessionClock

  init(clock: TLSSessionClock) { self.clock = clock }

  var count: Int { store.withLock { $0.count } }

  func keep(_ session: TLSSession, of peer: String, validity: TLSSessionValidity) {
    store.withLock { $0.keep(session, of: peer, isSingleUse: session.isSingleUse, validity: validity) }
  }

  func take(for peer: String) -> (session: TLSSession, validity: TLSSessionValidity)? {
    let moment = clock.moment()
    return store.withLock { $0.take(for: peer, at: moment) }
  }

  func forget(_ peer: String) { store.withLock { $0.forget(peer) } }

  /// The validity of a full verification that happens now.
  func validity(certificatesEndIn seconds: Int64) -> TLSSessionValidity {
    TLSSessionValidity(verified: clock.moment(), certificatesEndIn: seconds)
  }
}

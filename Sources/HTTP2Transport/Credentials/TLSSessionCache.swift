internal import TelemetryCore

/// Sessions that may be resumed, by peer; the bounds are few, because each holds the server's certificates.
///
/// A resumed session skips the check of the certificate. So a peer's key holds the name that was checked, and a context
/// with other authorities has a cache of its own.
struct TLSSessionStore<Session> {
  private var entries: [(peer: String, session: Session, isSingleUse: Bool)] = []
  private let capacity: Int
  private let capacityPerPeer: Int

  init(capacity: Int = 32, perPeer: Int = 4) {
    self.capacity = capacity
    capacityPerPeer = perPeer
  }

  var count: Int { entries.count }

  /// Keeps a session; the oldest ones make room.
  mutating func keep(_ session: Session, of peer: String, isSingleUse: Bool) {
    if entries.count(where: { $0.peer == peer }) >= capacityPerPeer { removeOldest { $0 == peer } }
    if entries.count >= capacity { removeOldest { _ in true } }
    entries.append((peer, session, isSingleUse))
  }

  /// The newest session with a peer; one for a single use is gone then.
  mutating func take(for peer: String) -> Session? {
    guard let index = entries.lastIndex(where: { $0.peer == peer }) else { return nil }
    return entries[index].isSingleUse ? entries.remove(at: index).session : entries[index].session
  }

  /// Forgets a peer: its handshake failed.
  mutating func forget(_ peer: String) { entries.removeAll { $0.peer == peer } }

  private mutating func removeOldest(_ matches: (String) -> Bool) {
    if let index = entries.firstIndex(where: { matches($0.peer) }) { entries.remove(at: index) }
  }
}

/// The sessions of a context's connections. Thread-safe.
final class TLSSessionCache: Sendable {
  private let store = Locked(TLSSessionStore<TLSSession>())

  var count: Int { store.withLock { $0.count } }

  func keep(_ session: TLSSession, of peer: String) {
    store.withLock { $0.keep(session, of: peer, isSingleUse: session.isSingleUse) }
  }

  func take(for peer: String) -> TLSSession? { store.withLock { $0.take(for: peer) } }

  func forget(_ peer: String) { store.withLock { $0.forget(peer) } }
}

internal import TelemetryCore

/// Sessions that may be resumed, by peer; the bounds are few, because each holds the server's certificates.
///
/// A resumed session skips the check of the certificate. So a peer's key holds the name that was checked, a context with
/// other authorities, certificate or key has a cache of its own, and a session is resumed only as long as what the last
/// full handshake verified may be relied on.
struct TLSSessionStore<Session> {
  private struct Entry {
    var peer: String
    var session: Session
    var isSingleUse: Bool
    var validity: TLSSessionValidity
  }

  private var entries: [Entry] = []
  private let capacity: Int
  private let capacityPerPeer: Int

  init(capacity: Int = 32, perPeer: Int = 4) {
    self.capacity = capacity
    capacityPerPeer = perPeer
  }

  var count: Int { entries.count }

  /// Keeps a session; the oldest ones make room.
  mutating func keep(_ session: Session, of peer: String, isSingleUse: Bool, validity: TLSSessionValidity) {
    if entries.count(where: { $0.peer == peer }) >= capacityPerPeer { removeOldest { $0 == peer } }
    if entries.count >= capacity { removeOldest { _ in true } }
    entries.append(Entry(peer: peer, session: session, isSingleUse: isSingleUse, validity: validity))
  }

  /// The newest session with a peer; one for a single use is gone then. Those that are over go too.
  mutating func take(for peer: String, at moment: TLSSessionMoment) -> (session: Session, validity: TLSSessionValidity)?
  {
    entries.removeAll { !$0.validity.holds(at: moment) }
    guard let index = entries.lastIndex(where: { $0.peer == peer }) else { return nil }
    let entry = entries[index]
    if entry.isSingleUse { entries.remove(at: index) }
    return (entry.session, entry.validity)
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

  /// What a full handshake that ends now verified.
  func validity(certificatesEndIn seconds: Int64) -> TLSSessionValidity {
    TLSSessionValidity(verified: clock.moment(), certificatesEndIn: seconds)
  }
}

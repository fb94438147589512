/// The sessions that may be resumed, by peer. The bounds are low, because each session holds the server's certificates.
///
/// A resumed session skips the verification of the certificate. Therefore the key of a peer contains the verified name, each
/// context has a store of its own, and a session is resumed only while the last full verification is valid.
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

  /// Keeps a session, and drops the oldest if the store is full.
  mutating func keep(_ session: Session, of peer: String, isSingleUse: Bool, validity: TLSSessionValidity) {
    if entries.count(where: { $0.peer == peer }) >= capacityPerPeer { removeOldest { $0 == peer } }
    if entries.count >= capacity { removeOldest { _ in true } }
    entries.append(Entry(peer: peer, session: session, isSingleUse: isSingleUse, validity: validity))
  }

  /// The newest session with a peer. A session for a single use is removed, as are all expired sessions.
  mutating func take(for peer: String, at moment: TLSSessionMoment) -> (session: Session, validity: TLSSessionValidity)?
  {
    entries.removeAll { !$0.validity.holds(at: moment) }
    guard let index = entries.lastIndex(where: { $0.peer == peer }) else { return nil }
    let entry = entries[index]
    if entry.isSingleUse { entries.remove(at: index) }
    return (entry.session, entry.validity)
  }

  /// Removes the sessions with a peer.
  mutating func forget(_ peer: String) { entries.removeAll { $0.peer == peer } }

  private mutating func removeOldest(_ matches: (String) -> Bool) {
    if let index = entries.firstIndex(where: { matches($0.peer) }) { entries.remove(at: index) }
  }
}

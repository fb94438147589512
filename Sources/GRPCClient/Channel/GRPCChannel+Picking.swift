internal import HTTP2Transport
internal import TelemetryCore

/// Which connection a call takes. A call on the only connection doesn't come here.
extension GRPCChannel {
  // How long an extra connection may have no call.
  private static let idleTime = Duration.seconds(30)
  // How long the server's window must stay shut for another connection to help: less is how quick servers work.
  private static let shutTime = Duration.milliseconds(5)
  private static let watchTime = Duration.milliseconds(50)

  /// Takes over what the state says, after it has changed.
  func refresh() {
    let now = loop.now
    rotation = state.rotation(at: now).map { group in
      group.compactMap { number in links.first { $0.number == number } }
    }
    let hasSeveral = rotation.count > 1 || rotation.first.map { $0.count > 1 } ?? false
    nextDue = state.nextDue(at: now)
    current = rotation.first?.first
    current?.due = hasSeveral ? MonotonicInstant(nanoseconds: .min) : nextDue
    current?.waits = !state.isCurious
    isWatching = state.wantsAnswers || hasSeveral
    arm()
  }

  /// `link` is due: something is to be done, or it isn't the only one. Gives the one to take.
  func attend(_ link: Link, _ now: MonotonicInstant) -> Link {
    if now >= nextDue { perform(state.look(at: now, isWanted: false)) }
    guard let current else { return link }
    return current.due.nanoseconds == .min ? pick() ?? current : current
  }

  /// The next group's oldest connection on which a call goes out at once; if there is none, that with the least to send.
  private func pick() -> Link? {
    guard !rotation.isEmpty else { return nil }
    turn = turn < rotation.count ? turn : 0
    for step in rotation.indices {
      let index = (turn + step) % rotation.count
      if let free = rotation[index].first(where: { GRPCChannel.isFree($0) }) {
        turn = index + 1
        // Others may take its place before the call is there.
        return taken(free, waits: !state.isCurious(about: free.number))
      }
    }
    let group = rotation[turn]
    turn += 1
    if let first = group.first, let limit = GRPCChannel.limit(of: first) { heldUp(first, limit) }
    let loads = group.map { link in
      link.connection.assumeIsolated { ($0.waitingCount, $0.backlog, $0.openRequests) }
    }
    return zip(group, loads).min { $0.1 < $1.1 }.map { taken($0.0, waits: true) }
  }

  private static func isFree(_ link: Link) -> Bool {
    link.connection.assumeIsolated { $0.limit == nil && $0.backlog == 0 }
  }

  private static func limit(of link: Link) -> HTTP2Limit? { link.connection.assumeIsolated { $0.limit } }

  private func taken(_ link: Link, waits: Bool) -> Link {
    var link = link
    link.waits = waits
    return link
  }

  // MARK: Limits

  /// A call has no room on `link`.
  func heldUp(_ link: Link, _ limit: HTTP2Limit) {
    guard state.isCurious(about: link.number) else { return }
    // A window may open again in no time; a stream takes as long as a call.
    if limit != .window { perform(state.heldUp(link.number, by: limit, at: loop.now)) }
    if limitTimer == nil { watch(after: GRPCChannel.shutTime) }
  }

  /// Looks again, a moment later, and as long as calls wait.
  private func watch(after pause: Duration) {
    let before = bodyBytesSent
    limitTimer = loop.schedule(at: Deadline(loop.now + pause)) {
      self.assumeIsolated { $0.look(wasSent: before) }
    }
  }

  private func look(wasSent before: Int) {
    limitTimer = nil
    let waiting = links.lazy.compactMap { link in
      link.connection.assumeIsolated { $0.waitsFor }.map { (number: link.number, limit: $0) }
    }
    guard let (number, limit) = waiting.first(where: { state.isCurious(about: $0.number) }) else { return }
    if limit != .window || bodyBytesSent == before { perform(state.heldUp(number, by: limit, at: loop.now)) }
    watch(after: GRPCChannel.watchTime)
  }

  private var bodyBytesSent: Int {
    links.reduce(0) { sum, link in sum + link.connection.assumeIsolated { $0.bodyBytesSent } }
  }

  /// A call on one of several connections has ended: its place is for one that waits elsewhere.
  private func fill(_ link: Link) {
    guard GRPCChannel.limit(of: link) == nil else { return }
    for other in links where other.number != link.number {
      if other.connection.assumeIsolated({ $0.releaseWaiting(atMost: 1) > 0 }) { return }
    }
  }

  // MARK: Results

  /// Takes note of how a call on `link` ended that wasn't a plain success.
  func note(_ result: GRPCResult, _ link: Link) {
    let isAlive = link.events.end == nil
    switch result.cause {
    case .server where result.code != .unavailable: answered(link)
    case .cancelled, .connect: break
    // A lost connection is one failure, however many calls were on it.
    case .transport where !isAlive: break
    case .deadline where result.fate == .neverProcessed: break
    // Refused on this side: it is no fault of the server.
    case .protocolViolation where result.fate == .neverProcessed: break
    case .server, .transport, .deadline, .protocolViolation:
      perform(state.callFailed(link.number, at: loop.now, isWanted: isWanted))
    }
    if !isAlive { ended(link) }
  }

  func answered(_ link: Link) {
    state.answered(link.number, member: link.member)
    let hasSeveral = links.count > 1
    isWatching = state.wantsAnswers || hasSeveral
    if hasSeveral { fill(link) }
  }

  // MARK: Timers

  /// One timer while calls wait and nothing else would wake the channel, and one while there are extra connections.
  private func arm() {
    if let timer { loop.cancel(timer) }
    timer = nil
    if isWanted, current == nil, nextDue < BalancerState.never {
      timer = loop.schedule(at: Deadline(nextDue)) { self.assumeIsolated { $0.timeHasCome() } }
    }
    let hasExtra = state.connections.count > Set(state.connections.map(\.member)).count
    if hasExtra, idleTimer == nil {
      idleTimer = loop.schedule(at: Deadline(loop.now + GRPCChannel.idleTime)) {
        self.assumeIsolated { $0.closeUnused() }
      }
    }
  }

  private func timeHasCome() {
    timer = nil
    perform(state.look(at: loop.now, isWanted: isWanted))
  }

  private func closeUnused() {
    idleTimer = nil
    var actions: [BalancerState.Action] = []
    for index in links.indices {
      let (requests, open) = links[index].connection.assumeIsolated { ($0.requestCount, $0.openRequests) }
      if requests == links[index].requestsSeen, open == 0 { actions += state.unused(links[index].number) }
      links[index].requestsSeen = requests
    }
    perform(actions)
  }
}

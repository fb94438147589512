internal import HTTP2Transport
internal import Synchronization
internal import TelemetryCore

/// Carries out what `BalancerState` decides about connecting.
extension GRPCChannel {
  func perform(_ actions: [BalancerState.Action]) {
    for action in actions { perform(action) }
    refresh()
  }

  private func perform(_ action: BalancerState.Action) {
    switch action {
    case .resolve(let host, let deadline):
      lookUps[host] = Task(executorPreference: loop) { await self.lookUp(host, deadline) }
    case .connect(let attempt):
      attempts[attempt.number] = Task(executorPreference: loop) { await self.carryOut(attempt) }
    case .close(let number):
      if let index = links.firstIndex(where: { $0.number == number }) { drain(links.remove(at: index)) }
    case .wake:
      wakeWaiting()
      // Those that wait for a stream find one on the new connection.
      for link in links { _ = link.connection.assumeIsolated { $0.releaseWaiting() } }
    case .setAside(let host, let address, let pause):
      diagnostics.emit(
        .info, "a server that fails is set aside", [("server", name(host, address)), ("for", "\(pause)")])
    case .limited(let limit, let host, let count): report(limit, host, connections: count)
    }
  }

  /// `link` gets no more calls; the open ones go on, to their own deadlines.
  func drain(_ link: Link) {
    draining.removeAll { $0.events.isClosed }
    draining.append(link)
    let connection = link.connection
    Task(executorPreference: loop) { await connection.close(deadline: .never) }
  }

  // MARK: Attempts

  private func lookUp(_ host: Int, _ deadline: Deadline) async {
    let key = FailureKey.name(host)
    let addresses = await find(host, key, deadline)
    lookUps[host] = nil
    guard !Task.isCancelled else { return }
    if let addresses {
      failures.removeAll { $0.key == key }
      perform(state.resolved(host: host, addresses: AttemptSchedule.interleaved(addresses), at: loop.now))
    } else {
      perform(state.resolveFailed(host: host, at: loop.now))
    }
  }

  /// The addresses of a host, at least one; nil if there is none.
  private func find(_ host: Int, _ key: FailureKey, _ deadline: Deadline) async -> [SocketAddress]? {
    switch await connector.resolve(host: host, deadline: deadline) {
    case .success(let found) where !found.isEmpty: return found
    case .success: note(ConnectFailure("\(connector.hosts[host].name) has no address"), key)
    case .failure(let failure): if !Task.isCancelled { note(failure, key) }
    }
    return nil
  }

  private func carryOut(_ attempt: BalancerState.Attempt) async {
    let key = FailureKey.member(attempt.member)
    forgetFailures(attempt, key)
    var link = await connect(attempt, key)
    attempts[attempt.number] = nil
    if let connection = link?.connection, await !connection.acceptsRequests {
      // A GOAWAY or the end came with the SETTINGS, before this was anybody's connection.
      await connection.close(deadline: Deadline(loop.now))
      link = nil
    }
    if var link {
      link.number = attempt.number
      link.member = attempt.member
      guard let actions = state.connected(attempt.number, at: loop.now) else {
        return await link.connection.close(deadline: Deadline(loop.now))
      }
      links.append(link)
      madeCount.wrappingAdd(1, ordering: .relaxed)
      came(attempt)
      perform(actions)
    } else if !Task.isCancelled {
      perform(state.connectFailed(attempt.number, at: loop.now, isWanted: isWanted))
    }
  }

  private func connect(_ attempt: BalancerState.Attempt, _ key: FailureKey) async -> Link? {
    let found = await find(attempt, key)
    guard let addresses = found else { return nil }
    let before = failures.count
    let link = await connector.connect(
      host: attempt.host, to: addresses, isLast: attempt.isLast, deadline: attempt.deadline, onEvent: onEvent
    ) { failure in self.assumeIsolated { $0.record(failure, key) } }
    // Where one address works, the others are not worth a word.
    if link == nil, !Task.isCancelled {
      for (_, failure) in failures.dropFirst(before) { report(failure, attempt) }
    }
    return link
  }

  private func find(_ attempt: BalancerState.Attempt, _ key: FailureKey) async -> [SocketAddress]? {
    if let address = attempt.address { return [address] }
    return await find(attempt.host, key, attempt.deadline)
  }

  /// Hears what happens to a connection.
  var onEvent: @Sendable (LinkEvents, HTTP2ConnectionEvent) -> Void {
    { [loop, diagnostics, connector] events, event in
      events.note(event, at: loop.now)
      switch event {
      case .goAway(let code, let debug) where code != 0: GRPCChannel.report(code, debug, connector, diagnostics)
      case .unresponsive: GRPCChannel.reportSilence("several calls in a row had no answer", connector, diagnostics)
      case .closed(.unresponsive(let words)): GRPCChannel.reportSilence(words, connector, diagnostics)
      default: break
      }
    }
  }

  /// `link` takes no more calls: the next one needs another.
  func ended(_ link: Link) {
    guard let index = links.firstIndex(where: { $0.number == link.number }) else { return }
    links.remove(at: index)
    draining.removeAll { $0.events.isClosed }
    let hasCalls = link.connection.assumeIsolated { $0.openRequests > 0 }
    if hasCalls { draining.append(link) }
    let end = link.events.end ?? LinkEvents.End(kind: .orderly, instant: loop.now)
    lastEnd = end.words
    perform(
      state.ended(
        link.number, end.kind, hasCalls: hasCalls, since: end.instant, at: loop.now, isWanted: isWanted))
  }
}

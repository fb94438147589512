internal import HTTP2Transport
internal import TelemetryCore

/// Carries out what `ChannelState` decides.
extension GRPCChannel {
  // A server that says goodbye in order may be connected to at once; one that does so each time may not.
  private static let fruitlessLimit = 3

  func carryOut(_ first: ChannelState.Action) async {
    var action = first
    var failures: [ConnectFailure] = []
    var addresses: [SocketAddress] = []
    while true {
      switch action {
      case .none, .ready:
        return
      case .pause(let instant):
        failures = []
        await loop.sleep(until: Deadline(instant))
        action = state.pauseEnded(at: loop.now, isWanted: isWanted)
      case .resolve(let host, let deadline):
        if host == 0 { failures = [] }
        switch await connector.resolve(host: host, deadline: deadline) {
        case .success(let found):
          addresses = found
          if found.isEmpty { failures.append(ConnectFailure("\(connector.hosts[host].name) has no address")) }
          action = state.resolved(count: found.count, at: loop.now, isWanted: isWanted)
        case .failure(let failure):
          note(failure, &failures)
          action = state.resolveFailed(at: loop.now, isWanted: isWanted)
        }
      case .connect(let host, let index, let isLast, let deadline):
        action = await connect(host, addresses[index], isLast, deadline, &failures)
      }
    }
  }

  private func connect(
    _ host: Int, _ address: SocketAddress, _ isLast: Bool, _ deadline: Deadline, _ failures: inout [ConnectFailure]
  ) async -> ChannelState.Action {
    let events = LinkEvents()
    let result = await connector.connect(host: host, to: address, isLast: isLast, deadline: deadline) {
      [loop, diagnostics, name = connector.name] event in
      events.note(event, at: loop.now)
      guard case .goAway(let code, let debug) = event, code != 0 else { return }
      diagnostics.emit(
        .warning, "the server ended a connection with an error",
        [("server", name), ("error", GRPCResponse.name(of: code)), ("text", debug)])
    }
    switch result {
    case .success(let connection):
      let takesCalls = await connection.acceptsRequests
      guard state.connected() else {
        await connection.close(deadline: Deadline(loop.now))
        return .none
      }
      return await came(Link(host: host, connection: connection, events: events), takesCalls: takesCalls)
    case .failure(let failure):
      note(failure, &failures)
      return state.connectFailed(at: loop.now, isWanted: isWanted)
    }
  }

  private func came(_ link: Link, takesCalls: Bool) async -> ChannelState.Action {
    // A GOAWAY or the end may have come with the SETTINGS, before this was anybody's connection.
    guard takesCalls else {
      await link.connection.close(deadline: Deadline(loop.now))
      return state.connectionEnded(orderly: false, at: loop.now, isWanted: isWanted)
    }
    current = link
    fruitless += 1
    if lastFailure != nil { diagnostics.emit(.info, "connected again", [("server", connector.name)]) }
    lastFailure = nil
    wakeWaiting()
    return .none
  }

  private func note(_ failure: ConnectFailure, _ failures: inout [ConnectFailure]) {
    failures.append(failure)
    let joined = ConnectFailure.joined(failures)
    if lastFailure == nil {
      diagnostics.emit(.warning, "can't connect", [("server", connector.name), ("reason", failure.text)])
    } else {
      diagnostics.emit(.debug, "still can't connect", [("server", connector.name), ("reason", failure.text)])
    }
    lastFailure = joined
  }

  /// `link` takes no more calls: the next one needs another.
  func ended(_ link: Link, hasOpenCalls: Bool) {
    guard let current, current.connection === link.connection else { return }
    self.current = nil
    draining.removeAll { $0.events.isClosed }
    if hasOpenCalls { draining.append(link) }
    let end = link.events.end ?? LinkEvents.End(isOrderly: true, instant: loop.now)
    let isOrderly = end.isOrderly && fruitless < GRPCChannel.fruitlessLimit
    perform(state.connectionEnded(orderly: isOrderly, at: end.instant, isWanted: isWanted))
  }
}

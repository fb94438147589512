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
    let id = nextLink
    nextLink += 1
    let result = await connector.connect(host: host, to: address, isLast: isLast, deadline: deadline) {
      [weak self] event in
      self?.assumeIsolated { $0.heard(event, of: id) }
    }
    switch result {
    case .success(let connection):
      let takesCalls = await connection.acceptsRequests
      guard state.connected() else {
        await connection.close(deadline: Deadline(loop.now))
        return .none
      }
      return await came(Link(id: id, host: host, connection: connection), takesCalls: takesCalls)
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

  private func heard(_ event: HTTP2ConnectionEvent, of id: Int) {
    switch event {
    case .goAway(let code, let debug):
      if code != 0 {
        diagnostics.emit(
          .warning, "the server ended a connection with an error",
          [("server", connector.name), ("error", GRPCResponse.name(of: code)), ("text", debug)])
      }
      if let link = current, link.id == id { ended(link, orderly: code == 0, drains: true) }
    case .streamsExhausted:
      if let link = current, link.id == id { ended(link, orderly: true, drains: true) }
    case .closed(let reason):
      draining.removeAll { $0.id == id }
      if let link = current, link.id == id { ended(link, orderly: reason == .orderly) }
    }
  }

  /// `link` takes no more calls: if it is the current one, another is made for those that wait.
  func ended(_ link: Link, orderly: Bool, drains: Bool = false) {
    guard let current, current.id == link.id else { return }
    self.current = nil
    if drains { draining.append(link) }
    let atOnce = orderly && fruitless < GRPCChannel.fruitlessLimit
    perform(state.connectionEnded(orderly: atOnce, at: loop.now, isWanted: isWanted))
  }
}

internal import HTTP2Transport
internal import TelemetryCore

/// Carries out what `ChannelState` decides.
extension GRPCChannel {
  // A server that says goodbye in order may be connected to at once; one that does so each time may not.
  private static let fruitlessLimit = 3

  func carryOut(_ first: ChannelState.Action) async {
    var action = first
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
          if found.isEmpty { note(ConnectFailure("\(connector.hosts[host].name) has no address")) }
          action = state.resolved(count: found.count, at: loop.now, isWanted: isWanted)
        case .failure(let failure):
          note(failure)
          action = state.resolveFailed(at: loop.now, isWanted: isWanted)
        }
      case .connect(let host, let isLast, let deadline):
        action = await connect(host, addresses, isLast, deadline)
      }
    }
  }

  private func connect(
    _ host: Int, _ addresses: [SocketAddress], _ isLast: Bool, _ deadline: Deadline
  ) async -> ChannelState.Action {
    let before = failures.count
    let link = await connector.connect(
      host: host, to: addresses, isLast: isLast, deadline: deadline, onEvent: onEvent
    ) { failure in self.assumeIsolated { $0.record(failure) } }
    guard let link else {
      // Where one address works, the others are not worth a word.
      for failure in failures[before...] { report(failure) }
      return state.connectFailed(at: loop.now, isWanted: isWanted)
    }
    let takesCalls = await link.connection.acceptsRequests
    guard state.connected() else {
      await link.connection.close(deadline: Deadline(loop.now))
      return .none
    }
    return await came(link, takesCalls: takesCalls)
  }

  /// Hears what happens to a connection.
  var onEvent: @Sendable (LinkEvents, HTTP2ConnectionEvent) -> Void {
    { [loop, diagnostics, connector] events, event in
      events.note(event, at: loop.now)
      guard case .goAway(let code, let debug) = event, code != 0 else { return }
      GRPCChannel.report(code, debug, connector, diagnostics)
    }
  }

  private static func report(_ code: UInt32, _ debug: String, _ connector: Connector, _ diagnostics: Diagnostics) {
    let text = Diagnostics.sanitized(debug, limit: 200)
    var fields = [("server", connector.name), ("error", GRPCResponse.name(of: code)), ("text", text)]
    if let interval = connector.pace.goAway(code: code, debug: debug) {
      fields.append(("keepaliveInterval", "\(interval)"))
      diagnostics.emit(.warning, "the server gets too many keepalive pings: new connections send half as many", fields)
    } else {
      diagnostics.emit(.warning, "the server ended a connection with an error", fields)
    }
  }

  private func came(_ link: Link, takesCalls: Bool) async -> ChannelState.Action {
    // A GOAWAY or the end may have come with the SETTINGS, before this was anybody's connection.
    guard takesCalls else {
      await link.connection.close(deadline: Deadline(loop.now))
      return state.connectionEnded(orderly: false, at: loop.now, isWanted: isWanted)
    }
    current = link
    current?.renewal = age.renewal(bornAt: loop.now)
    fruitless += 1
    if isFailing { diagnostics.emit(.info, "connected again", [("server", connector.name)]) }
    isFailing = false
    lastFailure = nil
    wakeWaiting()
    return .none
  }

  private func note(_ failure: ConnectFailure) {
    record(failure)
    report(failure)
  }

  private func record(_ failure: ConnectFailure) {
    failures.append(failure)
    lastFailure = ConnectFailure.joined(failures)
  }

  private func report(_ failure: ConnectFailure) {
    diagnostics.emit(
      isFailing ? .debug : .warning, isFailing ? "still can't connect" : "can't connect",
      [("server", connector.name), ("reason", failure.text)])
    isFailing = true
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

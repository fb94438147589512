internal import HTTP2Transport
internal import TelemetryCore

/// What a channel says of its connections.
extension GRPCChannel {
  /// Whose failure it is: a later one of the same takes its place.
  enum FailureKey: Hashable {
    case name(Int)
    case member(Int)
  }

  func name(_ host: Int, _ address: SocketAddress?) -> String {
    let name = connector.hosts[host].name
    return address.map { "\(name) (\($0))" } ?? name
  }

  // MARK: Failures to connect

  /// Failures of the present round are kept: of a pass, or of the last attempt at each address.
  func forgetFailures(_ attempt: BalancerState.Attempt, _ key: FailureKey) {
    if attempt.isPassStart {
      failures = []
    } else {
      failures.removeAll { $0.key == key }
    }
  }

  func note(_ failure: ConnectFailure, _ key: FailureKey) {
    record(failure, key)
    report(failure, nil)
  }

  func record(_ failure: ConnectFailure, _ key: FailureKey) {
    failures.append((key, failure))
    if current == nil { lastFailure = ConnectFailure.joined(failures.map(\.failure)) }
  }

  /// - Parameter attempt: nil for a look-up.
  func report(_ failure: ConnectFailure, _ attempt: BalancerState.Attempt?) {
    guard current == nil else { return reportBeside(failure, attempt) }
    diagnostics.emit(
      isFailing ? .debug : .warning, isFailing ? "still can't connect" : "can't connect",
      [("server", connector.name), ("reason", failure.text)])
    isFailing = true
  }

  /// Others work: no call waits for this one.
  private func reportBeside(_ failure: ConnectFailure, _ attempt: BalancerState.Attempt?) {
    var level = DiagnosticEvent.Level.debug
    if let attempt, attempt.purpose == .first, failing.insert(attempt.member).inserted { level = .warning }
    diagnostics.emit(
      level, "can't connect; other connections are up", [("server", connector.name), ("reason", failure.text)])
  }

  func came(_ attempt: BalancerState.Attempt) {
    let wasFailing = failing.remove(attempt.member) != nil
    if isFailing || wasFailing {
      diagnostics.emit(.info, "connected again", [("server", name(attempt.host, attempt.address))])
    }
    isFailing = false
    lastFailure = nil
    if attempt.purpose == .move {
      diagnostics.emit(.info, "another server takes over", [("server", name(attempt.host, attempt.address))])
    }
  }

  // MARK: Connections that end, and those that are too few

  static func report(_ code: UInt32, _ debug: String, _ connector: Connector, _ diagnostics: Diagnostics) {
    let text = debug.sanitized(limit: 200)
    var fields = [("server", connector.name), ("error", GRPCResponse.name(of: code)), ("text", text)]
    if let interval = connector.pace.goAway(code: code, debug: debug) {
      fields.append(("interval", "\(interval)"))
      diagnostics.emit(.warning, "the server gets too many pings: new connections send half as many", fields)
    } else {
      diagnostics.emit(.warning, "the server ended a connection with an error", fields)
    }
  }

  static func reportSilence(_ reason: String, _ connector: Connector, _ diagnostics: Diagnostics) {
    diagnostics.emit(.info, "a silent connection is replaced", [("server", connector.name), ("reason", reason)])
  }

  func report(_ limit: HTTP2Limit, _ host: Int, connections: Int) {
    var fields = [("server", connector.hosts[host].name)]
    let binding: String
    switch limit {
    case .streams(let count):
      binding = "how many requests it permits at once on a connection (MAX_CONCURRENT_STREAMS)"
      fields.append(("maxConcurrentStreams", "\(count)"))
    case .window: binding = "how much it lets be under way on a connection (its HTTP/2 flow-control window)"
    }
    fields.append(("connections", "\(connections)"))
    let most = GRPCChannelConfiguration.maxConnectionsRange.upperBound
    let remedy =
      connections < most
      ? "raise maxConnections, now \(connections), to at most \(most); or raise the limit in the server"
      : "raise the limit in the server: maxConnections is \(most), the most that is allowed"
    fields += [("limit", binding), ("remedy", remedy)]
    diagnostics.emit(.warning, "calls wait for a limit of the server", fields)
  }
}

internal import HTTP2Transport
internal import TelemetryCore

/// Reports the events of a channel's connections to diagnostics, and keeps the reason for the lack of a connection.
struct ChannelReporter {
  /// The origin of a failure. A later failure of the same origin replaces an earlier one.
  enum Origin: Hashable {
    case name(host: Int)
    case subchannel(SubchannelID)
  }

  private let connector: Connector
  private let diagnostics: Diagnostics
  /// The failures of the present pass over the hosts, or of the last attempt at each address.
  private var failures: [(origin: Origin, failure: ConnectFailure)] = []
  /// The reason for the lack of a connection: the failures of the present pass, or else of the last pass.
  private(set) var lastFailure: ConnectFailure?
  /// The reason for the last connection's end.
  var lastEnd: String?
  /// If true, the lack of a connection was reported.
  private var isUnconnected = false
  /// Subchannels with a failure that was reported while others were ready.
  private var failing: Set<SubchannelID> = []

  init(_ connector: Connector, _ diagnostics: Diagnostics) {
    self.connector = connector
    self.diagnostics = diagnostics
  }

  private func name(_ host: Int, _ address: SocketAddress?) -> String {
    let name = connector.hosts[host].name
    return address.map { "\(name) (\($0))" } ?? name
  }

  // MARK: Attempts

  mutating func attemptStarted(_ attempt: ConnectionAttempt) {
    if attempt.startsPass {
      failures = []
    } else {
      failures.removeAll { $0.origin == .subchannel(attempt.id.subchannel) }
    }
  }

  mutating func resolved(host: Int) { failures.removeAll { $0.origin == .name(host: host) } }

  /// - Parameter isReady: If true, the channel has a connection.
  mutating func resolutionFailed(_ failure: ConnectFailure, _ origin: Origin, isReady: Bool) {
    addressFailed(failure, origin, isReady: isReady)
    report(failure, isReady: isReady, isFirst: false)
  }

  mutating func addressFailed(_ failure: ConnectFailure, _ origin: Origin, isReady: Bool) {
    failures.append((origin, failure))
    if !isReady { lastFailure = ConnectFailure.joined(failures.map(\.failure)) }
  }

  /// Every address of an attempt failed.
  mutating func attemptFailed(_ attempt: ConnectionAttempt, isReady: Bool) {
    let subchannel = attempt.id.subchannel
    for (origin, failure) in failures where origin == .subchannel(subchannel) {
      let isFirst = isReady && attempt.purpose == .initial && failing.insert(subchannel).inserted
      report(failure, isReady: isReady, isFirst: isFirst)
    }
  }

  private mutating func report(_ failure: ConnectFailure, isReady: Bool, isFirst: Bool) {
    let fields = [("server", connector.name), ("reason", failure.text)]
    guard !isReady else {
      return diagnostics.emit(isFirst ? .warning : .debug, "can't connect; other connections are up", fields)
    }
    diagnostics.emit(
      isUnconnected ? .debug : .warning, isUnconnected ? "still can't connect" : "can't connect", fields)
    isUnconnected = true
  }

  mutating func connectSucceeded(_ attempt: ConnectionAttempt) {
    let wasFailing = failing.remove(attempt.id.subchannel) != nil
    let fields = [("server", name(attempt.host, attempt.address))]
    if isUnconnected || wasFailing { diagnostics.emit(.info, "connected again", fields) }
    isUnconnected = false
    lastFailure = nil
    if attempt.purpose == .takeover { diagnostics.emit(.info, "another server takes over", fields) }
  }

  // MARK: Connections

  /// Called on the loop, outside of the channel.
  /// - Parameter newInterval: The interval of the next connections' PINGs, if the event changed it.
  static func report(
    _ event: HTTP2ConnectionEvent, newInterval: Duration?, of server: String, _ diagnostics: Diagnostics
  ) {
    var fields = [("server", server)]
    switch event {
    case .goAway(let code, let debug) where code != 0:
      fields += [("error", HTTP2ErrorCode.name(of: code)), ("text", debug.sanitized(limit: 200))]
      guard let newInterval else {
        return diagnostics.emit(.warning, "the server ended a connection with an error", fields)
      }
      fields.append(("interval", "\(newInterval)"))
      diagnostics.emit(.warning, "the server gets too many pings: new connections send half as many", fields)
    case .unresponsive, .closed(.unresponsive):
      var reason = "several calls in a row had no answer"
      if case .closed(.unresponsive(let text)) = event { reason = text }
      diagnostics.emit(.info, "a silent connection is replaced", fields + [("reason", reason)])
    default: break
    }
  }

  // MARK: Load balancing

  func ejected(host: Int, address: SocketAddress?, for duration: Duration) {
    diagnostics.emit(
      .info, "a failing server is ejected", [("server", name(host, address)), ("for", "\(duration)")])
  }

  func limitReached(_ limit: HTTP2Limit, host: Int, connections: Int) {
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

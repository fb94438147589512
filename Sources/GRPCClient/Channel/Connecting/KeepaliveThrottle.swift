internal import HTTP2Transport
internal import TelemetryCore

/// The intervals of PINGs on a channel's new connections, for keepalive and for probes after a silence. Each GOAWAY with
/// "too_many_pings" doubles them (RULES 5.7.6).
final class KeepaliveThrottle: Sendable {
  private static let enhanceYourCalm: UInt32 = 11

  // A server may send "too_many_pings" again and again.
  fileprivate static let maximum = Duration.seconds(86_400)

  private struct State {
    var configuration: KeepaliveConfiguration?
    var probeAfter: Duration?
  }

  private let state: Locked<State>

  init(_ configuration: KeepaliveConfiguration?, probeAfter: Duration? = nil) {
    state = Locked(State(configuration: configuration, probeAfter: probeAfter))
  }

  var configuration: KeepaliveConfiguration? { state.withLock { $0.configuration } }
  /// The silence after which a connection is probed before the next call; nil for never.
  var probeAfter: Duration? { state.withLock { $0.probeAfter } }

  /// - Returns: The new interval if the event doubled it.
  func throttled(by event: HTTP2ConnectionEvent) -> Duration? {
    guard case .goAway(let code, let debug) = event else { return nil }
    return goAwayReceived(code: code, debug: debug)
  }

  /// - Returns: The new interval if the GOAWAY doubled it: of keepalive, or else of probes. Nil for any other GOAWAY.
  func goAwayReceived(code: UInt32, debug: String) -> Duration? {
    guard code == KeepaliveThrottle.enhanceYourCalm, debug == "too_many_pings" else { return nil }
    return state.withLock { state in
      state.configuration?.interval.throttle()
      state.probeAfter?.throttle()
      return state.configuration?.interval ?? state.probeAfter
    }
  }
}

extension Duration {
  fileprivate mutating func throttle() { self = max(self, min(self * 2, KeepaliveThrottle.maximum)) }
}

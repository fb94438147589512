internal import HTTP2Transport
internal import TelemetryCore

/// How often a channel's new connections send a PING, for keepalive and before use after a silence: half as often after
/// a server has found it too much (5.7.6).
final class KeepalivePace: Sendable {
  private static let enhanceYourCalm: UInt32 = 11

  // A server may ask for it again and again.
  fileprivate static let slowest = Duration.seconds(86_400)

  private struct State {
    var configuration: KeepaliveConfiguration?
    var probeAfter: Duration?
  }

  private let state: Locked<State>

  init(_ configuration: KeepaliveConfiguration?, probeAfter: Duration? = nil) {
    state = Locked(State(configuration: configuration, probeAfter: probeAfter))
  }

  var configuration: KeepaliveConfiguration? { state.withLock { $0.configuration } }
  /// After how long a silence a connection is asked before it is used; nil for never.
  var probeAfter: Duration? { state.withLock { $0.probeAfter } }

  /// Hears of a GOAWAY. Doubles the intervals if that is what the server asks for: the new one of keepalive then, or of
  /// the silence where there is no keepalive.
  func goAway(code: UInt32, debug: String) -> Duration? {
    guard code == KeepalivePace.enhanceYourCalm, debug == "too_many_pings" else { return nil }
    return state.withLock { state in
      state.configuration?.interval.slowDown()
      state.probeAfter?.slowDown()
      return state.configuration?.interval ?? state.probeAfter
    }
  }
}

extension Duration {
  fileprivate mutating func slowDown() { self = max(self, min(self * 2, KeepalivePace.slowest)) }
}

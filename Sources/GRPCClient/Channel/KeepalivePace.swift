internal import HTTP2Transport
internal import TelemetryCore

/// The keepalive of a channel's new connections: slower after a server has found it too fast (5.7.6).
final class KeepalivePace: Sendable {
  private static let enhanceYourCalm: UInt32 = 11

  private let state: Locked<KeepaliveConfiguration?>

  init(_ configuration: KeepaliveConfiguration?) { state = Locked(configuration) }

  var configuration: KeepaliveConfiguration? { state.withLock { $0 } }

  /// Hears of a GOAWAY. Doubles the interval if that is what the server asks for: the new one then.
  func goAway(code: UInt32, debug: String) -> Duration? {
    guard code == KeepalivePace.enhanceYourCalm, debug == "too_many_pings" else { return nil }
    return state.withLock { configuration in
      configuration?.interval *= 2
      return configuration?.interval
    }
  }
}

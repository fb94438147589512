package import HTTP2Transport
internal import TelemetryCore

/// The configuration of a channel.
package struct GRPCChannelConfiguration: Sendable {
  /// The servers in the order of preference; at least one.
  package var targets: [GRPCTarget]
  /// TLS, or nil for plaintext. Each new connection reads changed files again.
  package var tls: TLSContext?
  /// The `:authority` of each call and the name in the server's certificate. If nil, the target determines both.
  package var authority: String?
  package var userAgent: String
  /// Headers that are sent with every call.
  package var metadata: [HTTP2Field]
  /// The largest response message, before and after inflation. Default 4 MiB.
  package var maxResponseBytes: Int
  /// Inflates gzip responses. If nil, no compressed response is requested.
  package var inflater: (any MessageInflater)?
  /// The pauses between attempts to connect.
  package var backoff: ConnectionBackoff.Configuration
  /// The time for an attempt to connect to an address: TCP, the proxy's response, TLS and the server's SETTINGS.
  /// Default 20 s; at least 1 ms. While calls wait, another attempt at a silent address starts every 4 s beside the
  /// running ones, so a long timeout doesn't delay the return of a server.
  package var connectTimeout = Duration.seconds(20)
  /// PINGs to a silent server (RULES 5.7.2). Default nil: none.
  package var keepalive: KeepaliveConfiguration?
  /// The silence after which a connection is probed by a PING before the next call. If nil, no connection is probed.
  package var probeAfter: Duration? = .seconds(30)
  /// The age at which a connection is replaced, varied by a fifth. Default nil: no limit.
  package var maxConnectionAge: Duration?
  /// The use of several servers, or of several addresses of a server.
  package var loadBalancing = LoadBalancing.pickFirst
  /// The most connections to one server (RULES 5.6.13). Default 1.
  package var maxConnections = 1

  /// The range that `maxConnections` must lie in.
  package static let maxConnectionsRange = 1...10

  package init(
    target: GRPCTarget, tls: TLSContext? = nil, authority: String? = nil, userAgent: String = "swift-otlp",
    metadata: [HTTP2Field] = [], maxResponseBytes: Int = 4 << 20, inflater: (any MessageInflater)? = nil,
    backoff: ConnectionBackoff.Configuration = .init(), keepalive: KeepaliveConfiguration? = nil,
    maxConnectionAge: Duration? = nil
  ) {
    targets = [target]
    self.tls = tls
    self.authority = authority
    self.userAgent = userAgent
    self.metadata = metadata
    self.maxResponseBytes = maxResponseBytes
    self.inflater = inflater
    self.backoff = backoff
    self.keepalive = keepalive
    self.maxConnectionAge = maxConnectionAge
  }
}

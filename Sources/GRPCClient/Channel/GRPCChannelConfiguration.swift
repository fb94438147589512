package import HTTP2Transport
internal import TelemetryCore

/// Where a channel connects to.
package enum GRPCTarget: Hashable, Sendable {
  /// A host and a port; an IPv6 literal has no brackets.
  package struct HostPort: Hashable, Sendable {
    package var host: String
    package var port: UInt16
    /// What connections to it are made through.
    package var proxy: ProxyServer?

    package init(host: String, port: UInt16, proxy: ProxyServer? = nil) {
      self.host = host
      self.port = port
      self.proxy = proxy
    }
  }

  /// Hosts that serve the same, tried in turn.
  case hosts([HostPort])
  /// A Unix socket in the file system.
  case unix(path: String)
  /// A Unix socket in Linux's abstract namespace.
  case unixAbstract(name: String)

  /// One host.
  package static func host(_ host: String, port: UInt16) -> GRPCTarget { .hosts([HostPort(host: host, port: port)]) }
}

/// A header that is sent with each call.
package struct GRPCMetadata: Hashable, Sendable {
  package var name: String
  /// As text; for a name that ends in `-bin` already in base64.
  package var value: String
  /// Whether it is a secret: never put into a compression table.
  package var isSensitive: Bool

  package init(name: String, value: String, isSensitive: Bool = true) {
    self.name = name
    self.value = value
    self.isSensitive = isSensitive
  }
}

/// Never shows the value, which may be a secret.
extension GRPCMetadata: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(name): \(Redaction.mark)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror {
    Mirror(self, children: ["name": name, "value": Redaction.mark, "isSensitive": isSensitive], displayStyle: .struct)
  }
}

/// How a message is encoded.
package enum GRPCEncoding: Hashable, Sendable {
  case identity
  case gzip
}

/// Inflates a gzip message. GRPCClient knows no zlib: who makes the channel brings one.
package protocol GRPCInflater: Sendable {
  /// The inflated bytes of `message`.
  /// - Throws: `GRPCInflateError`.
  func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(GRPCInflateError) -> [UInt8]
}

/// Why a message can't be inflated.
package enum GRPCInflateError: Error, Hashable, Sendable {
  /// It isn't gzip, or damaged.
  case damaged
  /// It is larger than the limit once inflated.
  case tooLarge
}

/// All that a channel is made of.
package struct GRPCChannelConfiguration: Sendable {
  /// The servers, the preferred one first; at least one.
  package var targets: [GRPCTarget]
  /// TLS, or nil for plaintext. Its files are read again for a new connection when they have changed.
  package var tls: TLSContext?
  /// The `:authority` of each call and the name that the server's certificate must be for; nil for the target's own.
  package var authority: String?
  package var userAgent: String
  /// Sent with every call.
  package var metadata: [GRPCMetadata]
  /// The largest response message, before and after inflation; 4 MiB.
  package var maxResponseBytes: Int
  /// What inflates gzip responses; without it none are asked for.
  package var inflater: (any GRPCInflater)?
  /// The pauses between attempts to connect.
  package var backoff: BackoffConfiguration
  /// How long one attempt to connect to one address may take: TCP, a proxy's answer, TLS and the server's SETTINGS.
  /// 20 s; at least 1 ms. While calls wait, a silent address gets another attempt beside each 4 s, so that this doesn't
  /// delay the return of a server.
  package var connectTimeout = Duration.seconds(20)
  /// When a silent server is asked whether it still lives; nil for never (5.7.2).
  package var keepalive: KeepaliveConfiguration?
  /// After how much silence a connection is asked whether it still lives, before it carries the next call; nil for never.
  package var probeAfter: Duration? = .seconds(30)
  /// How old a connection gets, give or take a fifth, before another takes its place; nil for no limit.
  package var maxConnectionAge: Duration?
  /// How several servers, or several addresses of one, are used.
  package var loadBalancing = LoadBalancing.pickFirst
  /// How many connections a server may get where one isn't enough (5.6.13).
  package var maxConnections = 1

  /// What `maxConnections` may be.
  package static let maxConnectionsRange = 1...10

  package init(
    target: GRPCTarget, tls: TLSContext? = nil, authority: String? = nil, userAgent: String = "swift-otlp",
    metadata: [GRPCMetadata] = [], maxResponseBytes: Int = 4 << 20, inflater: (any GRPCInflater)? = nil,
    backoff: BackoffConfiguration = .init(), keepalive: KeepaliveConfiguration? = nil,
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

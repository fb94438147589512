internal import HTTP2Transport

/// An established connection of a channel.
struct ChannelConnection {
  let id: ConnectionID
  let host: Int
  let http2: HTTP2Connection
  /// The number of requests at the last check for unused connections.
  var requestsSeen: UInt64 = 0

  /// The end for new calls, for the channel to read when the connection takes no more; nil before.
  ///
  /// The connection doesn't notify the channel, which would need a weak reference: each retain and release of an object
  /// with weak references costs many times as much.
  var end: ConnectionEnd? { http2.assumeIsolated { $0.ending }.map { ConnectionEnd($0.event, at: $0.instant) } }

  /// The limit that another call would wait for; nil if the call would be sent at once.
  var limit: HTTP2Limit? { http2.assumeIsolated { $0.limit } }
}

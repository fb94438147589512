internal import HTTP2Transport

/// An established connection of a channel.
struct ChannelConnection {
  let id: ConnectionID
  let host: Int
  let http2: HTTP2Connection
  let events: ConnectionEvents
  /// The number of requests at the last check for unused connections.
  var requestsSeen: UInt64 = 0

  /// The limit that another call would wait for; nil if the call would be sent at once.
  var limit: HTTP2Limit? { http2.assumeIsolated { $0.limit } }
}

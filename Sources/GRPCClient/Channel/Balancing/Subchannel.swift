internal import HTTP2Transport
internal import TelemetryCore

/// A server of load balancing and the connections to it: a host with pick first, an address with round robin.
struct Subchannel {
  struct Connection: Hashable {
    let id: ConnectionID
    /// Another connection replaces this one after this instant.
    var renewal: MonotonicInstant
    /// If true, the server has answered a call on this connection.
    var hasAnswered = false
  }

  let id: SubchannelID
  let host: Int
  /// The address; nil with pick first, where each attempt looks the host's name up.
  let address: SocketAddress?
  /// The connections that take calls, the oldest first.
  var connections: [Connection] = []
  var backoff: ConnectionBackoff
  var scaling: ConnectionScaling
  var outlierDetection = OutlierDetection()
  /// Consecutive connections that ended before the server had answered a call.
  var connectionsWithoutAnswer = 0
  /// If true, the host's name no longer resolves to this address.
  var isRemoved = false

  var isReady: Bool { !connections.isEmpty }
}

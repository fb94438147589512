internal import HTTP2Transport
internal import TelemetryCore

/// An attempt to connect to a subchannel.
struct ConnectionAttempt: Hashable {
  enum Purpose: Hashable {
    /// The subchannel has no connection.
    case initial
    /// The subchannel takes over from another one that still works.
    case takeover
    /// The connection replaces an old one.
    case renewal(of: ConnectionID)
    /// Calls wait on the connections that the subchannel has.
    case additional
  }

  let id: ConnectionID
  let host: Int
  /// The address to connect to. If nil, the name of the host is looked up, and its addresses are raced.
  let address: SocketAddress?
  let purpose: Purpose
  /// If true, this is the first attempt of a pass over the hosts.
  let startsPass: Bool
  /// If true, no other host waits for its turn: the attempt may take all of the time until `deadline`.
  let isLast: Bool
  let deadline: Deadline
}

internal import HTTP2Transport
internal import TelemetryCore

/// An attempt to connect to a subchannel.
struct ConnectionAttempt: Hashable {
  enum Purpose: Hashable {
    /// The subchannel has no connection.
    case initial
    /// The subchannel takes over from another that still works.
    case takeover
    /// The connection replaces an old one.
    case renewal(of: ConnectionID)
    /// Calls wait on the connections that the subchannel has.
    case additional
  }

  let id: ConnectionID
  let host: Int
  /// The address to connect to. If nil, the attempt looks up the host's name and races the addresses.
  let address: SocketAddress?
  let purpose: Purpose
  /// If true, this is the first attempt of a pass over the hosts.
  let startsPass: Bool
  /// If true, no other host is left: the attempt may take all of the time until `deadline`.
  let isLast: Bool
  let deadline: Deadline
}

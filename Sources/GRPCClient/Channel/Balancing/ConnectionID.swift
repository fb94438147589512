/// Identifies an attempt to connect and, after a success, the connection.
struct ConnectionID: Hashable, Sendable {
  let subchannel: SubchannelID
  /// Counts the attempts of the channel from 1.
  let number: Int
}

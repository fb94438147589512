/// Identifies a subchannel for the life of the channel.
package struct SubchannelID: Hashable, Sendable {
  let number: Int
}

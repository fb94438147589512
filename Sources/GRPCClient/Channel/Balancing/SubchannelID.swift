/// Identifies a subchannel for the life of its channel.
package struct SubchannelID: Hashable, Sendable {
  let number: Int
}

/// The use of several servers by a channel.
package enum LoadBalancing: Hashable, Sendable {
  /// All calls go to the first server of the list that works.
  case pickFirst
  /// Calls go to all addresses of all servers in turn.
  case roundRobin
}

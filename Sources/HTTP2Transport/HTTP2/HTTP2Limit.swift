/// A limit of the server that makes requests wait.
package enum HTTP2Limit: Hashable, Sendable {
  /// The number of concurrent streams that the server permits (SETTINGS_MAX_CONCURRENT_STREAMS).
  case streams(Int)
  /// The flow-control window of the connection is used up.
  case window
}

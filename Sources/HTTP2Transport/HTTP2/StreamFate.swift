/// What is known of a failed request: whether the server may have worked on it.
package enum StreamFate: Hashable, Sendable {
  /// The server has not seen it, or has said that it did nothing: it may be sent again at once.
  case neverProcessed
  /// It may have been processed or not.
  case unknown
  /// The server has processed it: it answered.
  case processed
}

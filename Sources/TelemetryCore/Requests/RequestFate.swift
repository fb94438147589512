/// The state of a failed request at the server.
package enum RequestFate: Hashable, Sendable {
  /// The server hasn't seen the request, or has refused it unprocessed: the request may be sent again at once.
  case neverProcessed
  /// The server may have processed the request.
  case unknown
  /// The server has processed the request and answered.
  case processed
}

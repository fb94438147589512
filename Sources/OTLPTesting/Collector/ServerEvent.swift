/// An event that nghttp2's callbacks store, and that the connection takes after each call of nghttp2.
enum ServerEvent {
  /// The headers of a request are complete.
  case headers(Int32)
  /// A part of a request's body has arrived.
  case body(Int32)
  /// A request is complete.
  case complete(Int32)
  /// The client has reset a stream.
  case clientReset(Int32)
  /// A stream has ended, for any reason.
  case closed(Int32)
  /// The client has acknowledged a PING.
  case pingAcknowledged
}

/// The bounds of a client's connection.
package struct HTTP2Configuration: Hashable, Sendable {
  /// How much of one response the server may send before we acknowledge it (SETTINGS_INITIAL_WINDOW_SIZE), in bytes.
  package var initialWindowSize = 65_535
  /// The same over all responses of the connection; 65,535 or more.
  package var connectionWindowSize = 65_535
  /// How much of a header section, and of a trailer section, of a response is kept: the sum of names and values and 32
  /// for each field. Of what is beyond it only the fields that decide what the response means are kept.
  package var maxHeaderBytes = 8_192
  /// The payload of a DATA frame that we send; 1 to 16,384. On TLS it is 9 less, so that frame and record coincide.
  package var maxFrameBytes = 16_384
  /// The identifier of the first stream: odd. Another than 1 is for tests of their exhaustion.
  package var firstStreamID: Int32 = 1
  /// When the server is asked whether it still lives; nil for never.
  package var keepalive: KeepaliveConfiguration?
  /// After how much silence the server is asked whether it still lives before the next request is sent; nil for never.
  /// With keepalive on, that decides.
  package var probeAfter: Duration?

  /// The default values.
  package init() {}
}

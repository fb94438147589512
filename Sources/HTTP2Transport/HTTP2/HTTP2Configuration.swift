/// The limits and timings of a client's connection.
package struct HTTP2Configuration: Hashable, Sendable {
  /// The bytes of one response that the server may send before an acknowledgement
  /// (SETTINGS_INITIAL_WINDOW_SIZE). Default: 65,535.
  package var initialWindowSize = 65_535
  /// The window over all responses of the connection, in bytes: 65,535 (the default) or more.
  package var connectionWindowSize = 65_535
  /// The size to which a header section, or a trailer section, is kept: the sum of names and values plus 32 bytes for each
  /// field. Beyond that size only the fields that decide the meaning of a response are kept. Default: 8,192.
  package var maxHeaderBytes = 8_192
  /// The largest payload of a DATA frame that the client sends, 1 to 16,384 (the default). With TLS the payload is 9 bytes
  /// less, so that frame and record coincide.
  package var maxFrameBytes = 16_384
  /// The identifier of the first stream, which is odd. Tests of exhausted identifiers set another value than 1.
  package var firstStreamID: Int32 = 1
  /// The keepalive settings; nil (the default) sends no PINGs for keepalive.
  package var keepalive: KeepaliveConfiguration?
  /// The silence after which a PING precedes the next request; nil (the default) for never. Has no effect if `keepalive` is
  /// set.
  package var probeAfter: Duration?

  /// The default values.
  package init() {}
}

/// The server side of an HTTP session, without a socket: HTTP/2 with streams, or HTTP/1.1, in which the requests are numbered
/// as streams are.
protocol CollectorSession: AnyObject {
  typealias Field = LoopbackCollector.Field

  /// Processes bytes of the client.
  ///
  /// - Returns: False if the bytes are not of this protocol. The connection must then end.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Bool
  /// True if events came up while a response was sent: a request that was already there.
  var hasEvents: Bool { get }
  /// Takes the events since the last call.
  func takeEvents() -> [ServerEvent]
  func fields(of stream: Int32) -> [Field]
  func bodyCount(of stream: Int32) -> Int
  /// The first bytes of a body.
  func bodyPrefix(of stream: Int32, _ count: Int) -> [UInt8]
  /// True if the body is longer than any that can be taken, and isn't kept.
  func isTooLong(_ stream: Int32) -> Bool
  /// Moves the body out of the stream.
  func takeBody(of stream: Int32) -> [UInt8]
  /// True for HTTP/2, whose frames may be sent without the session.
  var hasFrames: Bool { get }
  var openStreams: Int { get }
  var lastProcessedStream: Int32 { get }

  /// Sends a header block. Interim responses may precede the final one.
  func submitHeaders(_ stream: Int32, _ fields: [Field], endStream: Bool)
  func submitData(_ stream: Int32, _ bytes: [UInt8], endStream: Bool)
  /// Sends trailers after the body.
  func submitTrailers(_ stream: Int32, _ fields: [Field])
  /// Ends a request without a response.
  func submitReset(_ stream: Int32, _ code: UInt32)
  func submitGoAway(lastStream: Int32, _ code: UInt32, debug: String)
  func submitSettings(_ settings: [UInt16: UInt32])
  func submitPing()

  /// Appends all bytes that can be sent now.
  ///
  /// - Returns: False if the session has failed.
  func collectOutput(into output: inout [UInt8]) -> Bool
  /// True if the session has ended, so that the connection ends with the output.
  var isFinished: Bool { get }
}

extension ServerSession: CollectorSession {
  var hasEvents: Bool { false }
  var hasFrames: Bool { true }
}

extension LoopbackCollector {
  /// The response of a collector to one request: a list of steps, and the start of the first.
  ///
  /// Common responses have names (``success``, ``status(_:message:retryDelay:pushback:afterHeaders:)``, ``silence``, …).
  /// ``steps(at:_:)`` makes any other.
  public struct Response: Sendable {
    /// The time at which the first step begins.
    #if hasAttribute(nonexhaustive)
      @nonexhaustive
    #endif
    public enum Start: Hashable, Sendable {
      /// The request is complete.
      case request
      /// The request's headers have arrived.
      case headers
      /// This number of bytes of the request's body has arrived, or the request is complete.
      case bodyBytes(Int)
    }

    /// A step of a response.
    #if hasAttribute(nonexhaustive)
      @nonexhaustive
    #endif
    public enum Step: Sendable, Hashable {
      /// Accepts the request's spans, without those that the response's message rejects.
      case accept
      /// Pauses before the next step.
      case wait(Duration)
      /// A header block. The first field must be `:status`.
      case headers([Field], endStream: Bool = false)
      /// Bytes of the body. gRPC's five-byte prefix is not added.
      case data([UInt8], endStream: Bool = false)
      /// Trailers, which end the stream.
      case trailers([Field])
      /// RST_STREAM.
      case reset(ErrorCode)
      /// GOAWAY. The connection stays open for the requests in progress.
      case goAway(ErrorCode = .noError, lastStream: LastStream = .current, debug: String = "")
      /// SETTINGS, by identifier.
      case settings([UInt16: UInt32])
      /// A PING, which the client must acknowledge.
      case ping
      /// Bytes that are sent on the connection as they are.
      case rawBytes([UInt8])
      /// Frames without end, until the connection ends.
      case flood(Flood)
      /// Stops reading from the connection.
      case stopReading
      /// Closes the connection after the output of earlier steps is written.
      case close
      /// Closes the connection at once, without the output that is not yet written.
      case abort
    }

    /// The time at which the first step begins.
    public var start: Start
    /// The steps in order. A stream that they don't end stays open.
    public var steps: [Step]

    /// A response with these steps.
    public static func steps(at start: Start = .request, _ steps: [Step]) -> Response {
      Response(start: start, steps: steps)
    }

    /// The same response after a pause.
    public func delayed(by duration: Duration) -> Response { Response(start: start, steps: [.wait(duration)] + steps) }
  }
}

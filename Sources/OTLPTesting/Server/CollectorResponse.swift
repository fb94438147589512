extension LoopbackCollector {
  /// A gRPC status code.
  public struct StatusCode: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// The code's number.
    public let rawValue: Int

    /// Takes any number, also one that gRPC doesn't define.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Takes any number, also one that gRPC doesn't define.
    public init(integerLiteral value: Int) { rawValue = value }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public static let ok: Self = 0, cancelled: Self = 1, unknown: Self = 2, invalidArgument: Self = 3,
      deadlineExceeded: Self = 4, notFound: Self = 5, alreadyExists: Self = 6, permissionDenied: Self = 7,
      resourceExhausted: Self = 8, failedPrecondition: Self = 9, aborted: Self = 10, outOfRange: Self = 11,
      unimplemented: Self = 12, `internal`: Self = 13, unavailable: Self = 14, dataLoss: Self = 15,
      unauthenticated: Self = 16
  }

  /// An HTTP/2 error code, for RST_STREAM and GOAWAY.
  public struct ErrorCode: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// The code's number.
    public let rawValue: UInt32

    /// Takes any number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Takes any number.
    public init(integerLiteral value: UInt32) { rawValue = value }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public static let noError: Self = 0, protocolError: Self = 1, internalError: Self = 2, flowControlError: Self = 3,
      refusedStream: Self = 7, cancel: Self = 8, enhanceYourCalm: Self = 11, inadequateSecurity: Self = 12
  }

  /// A header or trailer field.
  public struct Field: Hashable, Sendable {
    /// The name, in lower case.
    public var name: String
    /// The value.
    public var value: String

    /// Makes a field.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The last-stream-id of a GOAWAY: which requests the server says it has looked at.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum LastStream: Hashable, Sendable {
    /// None of them: all may be sent again without risk.
    case none
    /// All up to the one that is being answered.
    case current
    /// All up to the one before the one that is being answered.
    case beforeCurrent
    /// 2³¹−1: a warning that the end is near, nothing is lost.
    case all
    /// A number.
    case id(Int32)
  }

  /// What a collector does with one request: a number of steps, and when they begin.
  ///
  /// The usual cases have names (``success``, ``status(_:message:retryDelay:pushback:afterHeaders:)``,
  /// ``silence``, …); others are put together with ``steps(at:_:)``.
  public struct Response: Sendable {
    /// When the steps begin.
    #if hasAttribute(nonexhaustive)
      @nonexhaustive
    #endif
    public enum Start: Hashable, Sendable {
      /// When the request is complete.
      case request
      /// When the request's headers are there.
      case headers
      /// When so many bytes of the request's body are there.
      case bodyBytes(Int)
    }

    /// One step of an answer.
    #if hasAttribute(nonexhaustive)
      @nonexhaustive
    #endif
    public enum Step: Sendable, Hashable {
      /// Counts the request's spans as accepted and keeps them, but those that the answer's message rejects.
      case accept
      /// Pauses.
      case wait(Duration)
      /// A header block; the first field must be `:status`.
      case headers([Field], endStream: Bool = false)
      /// Bytes of the body, as they are: gRPC's five-byte prefix is not added.
      case data([UInt8], endStream: Bool = false)
      /// Trailers; they end the stream.
      case trailers([Field])
      /// RST_STREAM.
      case reset(ErrorCode)
      /// GOAWAY; the connection stays open for requests that are under way.
      case goAway(ErrorCode = .noError, lastStream: LastStream = .current, debug: String = "")
      /// SETTINGS, by identifier.
      case settings([UInt16: UInt32])
      /// A PING, which the client must acknowledge.
      case ping
      /// Bytes into the connection past HTTP/2.
      case rawBytes([UInt8])
      /// Frames without end, as long as the connection lives.
      case flood(Flood)
      /// Reads nothing more from the connection.
      case stopReading
      /// Closes the connection when all before has been written.
      case close
      /// Closes the connection at once, with what has not been written.
      case abort
    }

    /// When the steps begin.
    public var start: Start
    /// What is done, in order. After the last step an unfinished stream stays open.
    public var steps: [Step]

    /// Puts an answer together of its steps.
    public static func steps(at start: Start = .request, _ steps: [Step]) -> Response {
      Response(start: start, steps: steps)
    }

    /// The same after a pause.
    public func delayed(by duration: Duration) -> Response { Response(start: start, steps: [.wait(duration)] + steps) }
  }
}

extension LoopbackCollector {
  /// An HTTP/2 error code, for RST_STREAM and GOAWAY.
  public struct ErrorCode: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// The number of the code.
    public let rawValue: UInt32

    /// A code with any number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A code with any number.
    public init(integerLiteral value: UInt32) { rawValue = value }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public static let noError: Self = 0, protocolError: Self = 1, internalError: Self = 2, flowControlError: Self = 3,
      refusedStream: Self = 7, cancel: Self = 8, enhanceYourCalm: Self = 11, inadequateSecurity: Self = 12
  }
}

extension LoopbackCollector {
  /// A gRPC status code.
  public struct StatusCode: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// The number of the code.
    public let rawValue: Int

    /// A code with any number, also one that gRPC doesn't define.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// A code with any number, also one that gRPC doesn't define.
    public init(integerLiteral value: Int) { rawValue = value }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public static let ok: Self = 0, cancelled: Self = 1, unknown: Self = 2, invalidArgument: Self = 3,
      deadlineExceeded: Self = 4, notFound: Self = 5, alreadyExists: Self = 6, permissionDenied: Self = 7,
      resourceExhausted: Self = 8, failedPrecondition: Self = 9, aborted: Self = 10, outOfRange: Self = 11,
      unimplemented: Self = 12, `internal`: Self = 13, unavailable: Self = 14, dataLoss: Self = 15,
      unauthenticated: Self = 16
  }
}

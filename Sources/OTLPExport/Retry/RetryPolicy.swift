public import TelemetryCore

/// How often a failed export is tried again. What may be retried at all is decided by the OTLP specification's table,
/// and the time by the batch's deadline; attempts have no limit in number unless ``maxAttempts`` sets one.
public struct RetryPolicy: Hashable, Sendable {
  /// The longest first pause; each pause is drawn between 0 and its limit. 1 ms to 1 hour, default 1 s.
  public var initialBackoff = Duration.seconds(1)
  /// The limit that the pauses grow to; `initialBackoff` to 1 hour, default 30 s.
  public var maxBackoff = Duration.seconds(30)
  /// The factor by which the limit grows from pause to pause; 1 to 10, default 1.6.
  public var multiplier = 1.6
  /// The most attempts that one request gets, the first included; at least 1, default nil: no limit but time.
  public var maxAttempts: Int?

  /// The default values.
  public init() {}

  /// One attempt, no retry.
  public static let never: RetryPolicy = {
    var policy = RetryPolicy()
    policy.maxAttempts = 1
    return policy
  }()

  /// Throws a `ConfigurationError` that names the first value outside of its range.
  public func validate() throws(ConfigurationError) {
    try ConfigurationError.require("retry.initialBackoff", initialBackoff, in: .milliseconds(1) ... .seconds(3600))
    guard maxBackoff >= initialBackoff, maxBackoff <= .seconds(3600) else {
      throw ConfigurationError(
        option: "retry.maxBackoff", value: "\(maxBackoff)", allowed: "the initial back-off to 1 hour")
    }
    try ConfigurationError.require("retry.multiplier", multiplier, in: 1...10)
    try ConfigurationError.require("retry.maxAttempts", maxAttempts ?? 1, in: 1...Int.max)
  }
}

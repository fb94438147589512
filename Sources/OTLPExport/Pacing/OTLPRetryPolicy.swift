public import TelemetryCore

/// How often a failed export is tried again. What may be retried at all is decided by the OTLP specification's table,
/// and the time by the batch's deadline; attempts have no limit in number unless ``maxAttempts`` sets one.
///
/// While the server is down (no connection, a failure and no answer since, a pause that it asked for) one attempt is made
/// at a time, the others stay in the queue, and the time doesn't count against a processor's export timeout. After
/// ``circuitThreshold`` failures in a row the attempts have pauses of their own, up to ``maxCircuitPause``.
public struct OTLPRetryPolicy: Hashable, Sendable {
  /// The longest first pause; each pause is drawn between 0 and its limit. 1 ms to 1 hour, default 1 s.
  public var initialBackoff = Duration.seconds(1)
  /// The limit that the pauses grow to; `initialBackoff` to 1 hour, default 30 s. While the server is down and
  /// ``circuitThreshold`` is set no pause of ours exceeds ``maxCircuitPause``.
  public var maxBackoff = Duration.seconds(30)
  /// The factor by which the limit grows from pause to pause; 1 to 10, default 1.6.
  public var multiplier = 1.6
  /// The most attempts that one request gets, the first included; at least 1, default nil: no limit but time.
  public var maxAttempts: Int?
  /// After how many failures in a row calls to the server are suspended (a circuit breaker): then one export at a time
  /// tries, after pauses that begin with ``initialBackoff`` and grow to ``maxCircuitPause``. A flush or a shutdown tries
  /// at once. What counts are failures of the server (a status that may be retried, silence, a lost connection), not to
  /// connect, which has a back-off of its own. At least 1, default 5; nil: never.
  public var circuitThreshold: Int? = 5
  /// The longest time from one attempt at a server that is down to the next, also if the first has no answer yet: a
  /// server that is back gets its first request within it, if there is anything to send. 1 ms to 1 hour, default 4 s.
  public var maxCircuitPause = Duration.seconds(4)
  /// Whether a batch that the server refuses as invalid (INVALID_ARGUMENT) is sent again in halves until each span that
  /// the server refuses stands alone, so that the others arrive. It costs up to twice the logarithm of the batch's size
  /// in requests for each such span. With false the whole batch is dropped. Default true.
  public var isolatesRefusedSpans = true

  /// The default values.
  public init() {}

  /// One attempt, no retry.
  public static let never: OTLPRetryPolicy = {
    var policy = OTLPRetryPolicy()
    policy.maxAttempts = 1
    policy.circuitThreshold = nil
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
    try ConfigurationError.require("retry.circuitThreshold", circuitThreshold ?? 1, in: 1...Int.max)
    try ConfigurationError.require("retry.maxCircuitPause", maxCircuitPause, in: .milliseconds(1) ... .seconds(3600))
  }
}

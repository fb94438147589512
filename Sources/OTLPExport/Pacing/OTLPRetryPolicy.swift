public import TelemetryCore

/// The retry of failed exports. The OTLP specification decides which failures may be retried (RULES 1.4), and the batch's
/// deadline bounds the time; the number of attempts is unlimited unless ``maxAttempts`` sets a limit.
///
/// While the server is down (no connection, a failure without a response since, or a pause that the server requested), only one
/// attempt is made at a time, further batches stay in the queue, and the time doesn't count as a processor's export
/// timeout. After ``circuitThreshold`` consecutive failures the attempts have pauses of up to ``maxCircuitPause``.
public struct OTLPRetryPolicy: Hashable, Sendable {
  /// The upper limit of the first pause; each pause is drawn between 0 and its limit. 1 ms to 1 hour, default 1 s.
  public var initialBackoff = Duration.seconds(1)
  /// The upper limit of all pauses; `initialBackoff` to 1 hour, default 30 s. While the server is down and
  /// ``circuitThreshold`` is set, no pause exceeds ``maxCircuitPause``, unless the server requests a longer pause.
  public var maxBackoff = Duration.seconds(30)
  /// The factor by which the limit grows from pause to pause; 1 to 10, default 1.6.
  public var multiplier = 1.6
  /// The most attempts of a request, the first included; at least 1. Default nil: no limit but time.
  public var maxAttempts: Int?
  /// The number of consecutive failures after which calls to the server are suspended (a circuit breaker); at least 1,
  /// default 5. Nil: never.
  ///
  /// While calls are suspended, one export at a time tries the server, after pauses that begin with ``initialBackoff`` and
  /// grow to ``maxCircuitPause``. A flush or a shutdown tries at once. Failures of the server count: a status that may be
  /// retried, no response, a lost connection. A failed connection attempt doesn't count: connections have their own back-off.
  public var circuitThreshold: Int? = 5
  /// The longest time between two attempts at a server that is down, even if the first has no response yet: a server that
  /// is back gets its first request within this time. 1 ms to 1 hour, default 4 s.
  public var maxCircuitPause = Duration.seconds(4)
  /// If true, a batch that the server refuses as invalid (INVALID_ARGUMENT) is resent in halves until each refused item (span, log
  /// record or data point) is alone, so that the others arrive. The search costs up to twice the logarithm of the batch's size in
  /// requests for each such item. If false, the whole batch is dropped. Default true.
  public var isolatesRefusedItems = true

  /// The default values.
  public init() {}

  /// A single attempt, no retry.
  public static let never: OTLPRetryPolicy = {
    var policy = OTLPRetryPolicy()
    policy.maxAttempts = 1
    policy.circuitThreshold = nil
    return policy
  }()

  /// Checks all values.
  /// - Throws: A `ConfigurationError` that names the first value outside its range.
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

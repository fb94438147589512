/// The flags that travel with a trace in the `traceparent` header (W3C Trace Context, Level 2, trace-flags).
@frozen
public struct TraceFlags: OptionSet, Hashable, Sendable, CustomStringConvertible {
  /// The flags as one byte; bits without a name are kept.
  public let rawValue: UInt8

  /// Makes flags from their byte.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The caller may have recorded the trace, and exporters receive the span.
  @inlinable public static var sampled: TraceFlags { TraceFlags(rawValue: 1) }
  /// At least the right-most seven bytes of the trace id are random, so samplers can use these bytes.
  @inlinable public static var random: TraceFlags { TraceFlags(rawValue: 2) }

  /// Two lower-case hexadecimal digits.
  public var description: String {
    let digits = String(rawValue, radix: 16)
    return rawValue < 16 ? "0" + digits : digits
  }
}

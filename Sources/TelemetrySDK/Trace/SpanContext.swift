/// The identity of a span, which travels to other processes: ids, flags and trace state.
///
/// Copying a context without a trace state counts no reference.
@frozen
public struct SpanContext: Hashable, Sendable, CustomStringConvertible {
  /// The trace.
  public var traceID: TraceID
  /// The span within the trace.
  public var spanID: SpanID
  /// The entries of tracing systems; empty by default.
  public var traceState: TraceState
  /// The W3C trace flags; none by default.
  public var flags: TraceFlags
  /// True if a propagator extracted the context from another process's request; false by default.
  public var isRemote: Bool

  /// Makes a context. Nothing is generated or checked.
  @inlinable
  public init(
    traceID: TraceID, spanID: SpanID, flags: TraceFlags = [], traceState: TraceState = TraceState(),
    isRemote: Bool = false
  ) {
    self.traceID = traceID
    self.spanID = spanID
    self.traceState = traceState
    self.flags = flags
    self.isRemote = isRemote
  }

  /// The same context, copied part by part: the compiler's copy of the whole is a call by the type's metadata.
  var copy: SpanContext {
    @inline(__always) get {
      SpanContext(
        traceID: traceID, spanID: spanID, flags: flags, traceState: TraceState(traceState.storage), isRemote: isRemote)
    }
  }

  /// The context of no span: both ids are zero.
  @inlinable public static var invalid: SpanContext {
    SpanContext(traceID: TraceID(high: 0, low: 0), spanID: SpanID(0))
  }

  /// True if both ids are non-zero.
  @inlinable public var isValid: Bool { traceID.isValid && spanID.isValid }
  /// True if the sampled flag is set.
  @inlinable public var isSampled: Bool { flags.contains(.sampled) }

  /// OTLP's `flags` of a link to this span: the W3C flags, bit 8 (remoteness is known) and bit 9 (is remote).
  @inlinable package var wireFlags: UInt32 { UInt32(flags.rawValue) | 0x100 | (isRemote ? 0x200 : 0) }

  /// Trace id, span id and flags in their hexadecimal form, separated by hyphens.
  public var description: String { "\(traceID)-\(spanID)-\(flags)" }
}

/// Emits the log records of one library or module, its scope. Thread-safe; a provider gives the same logger for the same scope.
///
/// Its name leaves the bare one to swift-log, which has a public type `Logger`.
/// Specification: logs API and SDK, logger (RULES 4.14).
public final class TelemetryLogger: Sendable {
  /// Decides which records a logger takes. Default: all.
  public struct Configuration: Sendable, Hashable {
    /// False for a logger that takes no record; default true.
    public var isEnabled = true
    /// The least severity of a record; one without severity is always taken. Default `unspecified`, for every record.
    public var minimumSeverity = LogRecord.Severity.unspecified
    /// True for a logger that drops the records of spans that aren't sampled; records without a span are taken. Default false.
    public var isTraceBased = false

    /// Takes every record.
    public init() {}
  }

  private let source: LoggerSource
  package let provider: LoggerProvider

  init(_ scope: InstrumentationScope, _ provider: LoggerProvider, _ configuration: Configuration) {
    self.provider = provider
    source = LoggerSource(scope, provider, configuration)
  }

  /// The library or module of the logger's records.
  public var scope: InstrumentationScope { source.scope }

  /// The resource of the logger's records.
  public var resource: Resource { source.resource }

  /// Decides which records the logger takes.
  public var configuration: Configuration { source.configuration }

  /// False if a record like this would certainly be dropped, so that costly preparations can be left out: without processors,
  /// after the provider's shutdown, by ``configuration``, and if no processor has a use for the record (RULES 4.14.3).
  /// - Parameters:
  ///   - severity: The record's severity; default `unspecified`, for an unknown one.
  ///   - eventName: The record's event name; default empty, for none.
  ///   - context: The context that the record would be emitted in; nil, the default, for ``TraceContext/current``.
  public func isEnabled(
    severity: LogRecord.Severity = .unspecified, eventName: String = "", context: TraceContext? = nil
  ) -> Bool {
    let context = context ?? .current
    return provider.isOpen && source.admits(severity, context.parent)
      && provider.processors.contains {
        $0.isEnabled(severity: severity, eventName: eventName, scope: source.scope, context: context)
      }
  }

  /// Emits a record with a text.
  /// - Parameters:
  ///   - severity: The severity.
  ///   - body: The text. Prefer a constant one: values belong into attributes.
  ///   - attributes: Attributes; none by default.
  ///   - severityText: The severity as its source names it; default empty, for none.
  ///   - eventName: The name of an event; default empty, for a record that is no event.
  ///   - error: An error, whose type, description and stack trace become the attributes `exception.*` (RULES 4.14.8). Attributes
  ///     of the same name win. Default none.
  ///   - unixNano: The time of the event in nanoseconds since 1970; nil, the default, for none: readers then use the time of the
  ///     call, which the record has in any case.
  ///   - context: The context, whose span the record belongs to; nil, the default, for ``TraceContext/current``.
  public func emit(
    _ severity: LogRecord.Severity, _ body: String, attributes: Attributes = Attributes(), severityText: String = "",
    eventName: String = "", error: (any Error)? = nil, at unixNano: UInt64? = nil, context: TraceContext? = nil
  ) {
    emit(
      severity, .string(body), attributes: attributes, severityText: severityText, eventName: eventName, error: error,
      at: unixNano, context: context)
  }

  /// Emits a record with a text, and with the attributes that a closure sets: the form of least cost. The closure only runs if the
  /// logger takes the record; if it throws, nothing is emitted.
  /// - Parameters:
  ///   - severity: The severity.
  ///   - body: The text.
  ///   - severityText: The severity as its source names it; default empty, for none.
  ///   - eventName: The name of an event; default empty, for a record that is no event.
  ///   - error: An error, whose type, description and stack trace become the attributes `exception.*` (RULES 4.14.8). Attributes
  ///     of the same name win. Default none.
  ///   - unixNano: The time of the event in nanoseconds since 1970; nil, the default, for none.
  ///   - context: The context, whose span the record belongs to; nil, the default, for ``TraceContext/current``.
  ///   - build: Sets the attributes.
  public func emit(
    _ severity: LogRecord.Severity, _ body: String, severityText: String = "", eventName: String = "",
    error: (any Error)? = nil, at unixNano: UInt64? = nil, context: TraceContext? = nil,
    attributes build: (inout LogRecordAttributes) throws -> Void
  ) rethrows {
    try source.emit(severity, body, severityText, eventName, error, unixNano, context ?? .current, build)
  }

  /// Emits a record with a body of any kind, or without one.
  @_disfavoredOverload
  @inline(__always)
  public func emit(
    _ severity: LogRecord.Severity, _ body: AttributeValue? = nil, attributes: Attributes = Attributes(),
    severityText: String = "", eventName: String = "", error: (any Error)? = nil, at unixNano: UInt64? = nil,
    context: TraceContext? = nil
  ) {
    emit(
      LogRecord(
        timeUnixNano: unixNano ?? 0, severity: severity, severityText: severityText, body: body, attributes: attributes,
        eventName: eventName, resource: source.resource, scope: source.scope), error: error, context: context)
  }

  /// Emits a record that another logging library made.
  ///
  /// The record gets the logger's resource and scope; the present as observed time, unless it has one; and the active span's ids
  /// and flags, unless it has an id (RULES 4.14.4).
  /// - Parameters:
  ///   - record: The record.
  ///   - error: An error, whose type, description and stack trace become the attributes `exception.*` (RULES 4.14.8). Attributes
  ///     of the same name win. Default none.
  ///   - context: The context, whose span the record belongs to; nil, the default, for ``TraceContext/current``.
  public func emit(_ record: LogRecord, error: (any Error)? = nil, context: TraceContext? = nil) {
    var record = record
    source.emit(&record, error, context ?? .current)
  }
}

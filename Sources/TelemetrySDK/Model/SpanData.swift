/// An ended span for export: OTLP's `Span` with its resource and scope.
@frozen
public struct SpanData: Hashable, Sendable {
  /// The role of the span in a call or a message exchange.
  @frozen
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// Unknown. Don't use this kind as a default.
    case unspecified
    /// Inside an application; the default.
    case `internal`
    /// Serves a remote call.
    case server
    /// Makes a remote call.
    case client
    /// Sends a message that is processed later.
    case producer
    /// Processes a message.
    case consumer
  }

  /// The result of the operation.
  @frozen
  public struct Status: Hashable, Sendable {
    /// The kinds of results.
    @frozen
    public enum Code: UInt8, Hashable, Sendable, CaseIterable {
      /// No result was set; the default.
      case unset
      /// Explicitly successful.
      case ok
      /// Failed.
      case error
    }

    /// The kind of result.
    public var code: Code
    /// A description of the error. The specification permits a message only with ``Code/error``.
    public var message: String

    /// Makes a status.
    @inlinable
    public init(_ code: Code, message: String = "") {
      self.code = code
      self.message = message
    }

    /// No result was set.
    @inlinable public static var unset: Status { Status(.unset) }
    /// Explicitly successful.
    @inlinable public static var ok: Status { Status(.ok) }
    /// Failed, with a message.
    @inlinable public static func error(_ message: String = "") -> Status { Status(.error, message: message) }
  }

  /// An event at a point in time within the span.
  @frozen
  public struct Event: Hashable, Sendable {
    /// The name of the event.
    public var name: String
    /// The time, in nanoseconds since 1970.
    public var timeUnixNano: UInt64
    /// The attributes of the event.
    public var attributes: Attributes
    /// The number of attributes that were left out.
    public var droppedAttributesCount: UInt32

    /// Makes an event.
    @inlinable
    public init(
      name: String, timeUnixNano: UInt64, attributes: Attributes = Attributes(), droppedAttributesCount: UInt32 = 0
    ) {
      self.name = name
      self.timeUnixNano = timeUnixNano
      self.attributes = attributes
      self.droppedAttributesCount = droppedAttributesCount
    }
  }

  /// A link to a span in this or another trace.
  @frozen
  public struct Link: Hashable, Sendable {
    /// The trace of the linked span.
    public var traceID: TraceID
    /// The linked span.
    public var spanID: SpanID
    /// The W3C trace state of the linked span, as in the `tracestate` header; empty for none.
    public var traceState: String
    /// The attributes of the link.
    public var attributes: Attributes
    /// The number of attributes that were left out.
    public var droppedAttributesCount: UInt32
    /// The value on the wire: the linked span's W3C trace flags, and bits 8 and 9: the span's remoteness is known, and the
    /// span is remote.
    public var flags: UInt32

    /// Makes a link.
    @inlinable
    public init(
      traceID: TraceID, spanID: SpanID, traceState: String = "", attributes: Attributes = Attributes(),
      droppedAttributesCount: UInt32 = 0, flags: UInt32 = 0
    ) {
      self.traceID = traceID
      self.spanID = spanID
      self.traceState = traceState
      self.attributes = attributes
      self.droppedAttributesCount = droppedAttributesCount
      self.flags = flags
    }
  }

  /// The trace of the span.
  public var traceID: TraceID
  /// The id of the span.
  public var spanID: SpanID
  /// The parent span; ``SpanID/invalid`` for a root span.
  public var parentSpanID: SpanID
  /// The W3C trace state, as in the `tracestate` header; empty for none.
  public var traceState: String
  /// The name, of low cardinality.
  public var name: String
  /// The start time, in nanoseconds since 1970.
  public var startTimeUnixNano: UInt64
  /// The end time, in nanoseconds since 1970.
  public var endTimeUnixNano: UInt64
  /// The attributes of the span.
  public var attributes: Attributes
  /// The events within the span, in the order of recording.
  public var events: [Event]
  /// The links to other spans.
  public var links: [Link]
  /// The result of the operation.
  public var status: Status
  /// The role of the span in a call or a message exchange.
  public var kind: Kind
  /// The value on the wire: W3C trace flags, bit 8 if the parent's remoteness is known, bit 9 if the parent is remote.
  public var flags: UInt32
  /// The number of attributes that were left out.
  public var droppedAttributesCount: UInt32
  /// The number of events that were left out.
  public var droppedEventsCount: UInt32
  /// The number of links that were left out.
  public var droppedLinksCount: UInt32
  /// The producer of the span.
  public var resource: Resource
  /// The library that made the span.
  public var scope: InstrumentationScope

  /// Makes a span. No value is generated or checked.
  @inlinable
  public init(
    traceID: TraceID, spanID: SpanID, parentSpanID: SpanID = SpanID(0), traceState: String = "", name: String,
    kind: Kind = .internal, startTimeUnixNano: UInt64, endTimeUnixNano: UInt64,
    attributes: Attributes = Attributes(), droppedAttributesCount: UInt32 = 0,
    events: [Event] = [], droppedEventsCount: UInt32 = 0, links: [Link] = [], droppedLinksCount: UInt32 = 0,
    status: Status = Status(.unset), flags: UInt32 = 0, resource: Resource = .empty,
    scope: InstrumentationScope = .empty
  ) {
    self.traceID = traceID
    self.spanID = spanID
    self.parentSpanID = parentSpanID
    self.traceState = traceState
    self.name = name
    self.startTimeUnixNano = startTimeUnixNano
    self.endTimeUnixNano = endTimeUnixNano
    self.attributes = attributes
    self.events = events
    self.links = links
    self.status = status
    self.kind = kind
    self.flags = flags
    self.droppedAttributesCount = droppedAttributesCount
    self.droppedEventsCount = droppedEventsCount
    self.droppedLinksCount = droppedLinksCount
    self.resource = resource
    self.scope = scope
  }
}

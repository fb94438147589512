/// An ended span as it is exported: OTLP's `Span` with its resource and scope.
@frozen
public struct SpanData: Hashable, Sendable {
  /// Which side of a call the span is.
  @frozen
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// Not known. Not to be used as a default.
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

  /// How the operation ended.
  @frozen
  public struct Status: Hashable, Sendable {
    /// The kinds of end.
    @frozen
    public enum Code: UInt8, Hashable, Sendable, CaseIterable {
      /// Nothing was said; the default.
      case unset
      /// Declared successful.
      case ok
      /// Failed.
      case error
    }

    /// The kind of end.
    public var code: Code
    /// What went wrong; by the specification only with `error`.
    public var message: String

    /// Makes a status.
    @inlinable
    public init(_ code: Code, message: String = "") {
      self.code = code
      self.message = message
    }

    /// Nothing was said.
    @inlinable public static var unset: Status { Status(.unset) }
    /// Declared successful.
    @inlinable public static var ok: Status { Status(.ok) }
    /// Failed, with a message.
    @inlinable public static func error(_ message: String = "") -> Status { Status(.error, message: message) }
  }

  /// Something that happened at one time within the span.
  @frozen
  public struct Event: Hashable, Sendable {
    /// What happened.
    public var name: String
    /// When, in nanoseconds since 1970.
    public var timeUnixNano: UInt64
    /// What belongs to it.
    public var attributes: Attributes
    /// How many attributes were left out.
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

  /// A reference to a span of this or another trace.
  @frozen
  public struct Link: Hashable, Sendable {
    /// The other span's trace.
    public var traceID: TraceID
    /// The other span.
    public var spanID: SpanID
    /// The other span's trace state in its header form; empty for none.
    public var traceState: String
    /// What belongs to the link.
    public var attributes: Attributes
    /// How many attributes were left out.
    public var droppedAttributesCount: UInt32
    /// As on the wire: the other span's W3C trace flags, and bits 8 and 9 for its remoteness.
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

  /// The trace that the span belongs to.
  public var traceID: TraceID
  /// The span.
  public var spanID: SpanID
  /// The parent within the trace; invalid for a root span.
  public var parentSpanID: SpanID
  /// The W3C trace state in its header form; empty for none.
  public var traceState: String { didSet { knownSizeBound = SizeBound() } }
  /// What the span is about; low cardinality.
  public var name: String { didSet { knownSizeBound = SizeBound() } }
  /// The start, in nanoseconds since 1970.
  public var startTimeUnixNano: UInt64
  /// The end, in nanoseconds since 1970.
  public var endTimeUnixNano: UInt64
  /// What belongs to the span.
  public var attributes: Attributes { didSet { knownSizeBound = SizeBound() } }
  /// What happened within the span, in the order of recording.
  public var events: [Event] { didSet { knownSizeBound = SizeBound() } }
  /// References to other spans.
  public var links: [Link] { didSet { knownSizeBound = SizeBound() } }
  /// How the operation ended.
  public var status: Status { didSet { knownSizeBound = SizeBound() } }
  /// Which side of a call the span is.
  public var kind: Kind
  /// As on the wire: W3C trace flags, bit 8 if the parent's remoteness is known, bit 9 if it is remote.
  public var flags: UInt32
  /// How many attributes were left out.
  public var droppedAttributesCount: UInt32
  /// How many events were left out.
  public var droppedEventsCount: UInt32
  /// How many links were left out.
  public var droppedLinksCount: UInt32
  /// Found when the span is made, while its parts are in the processor's cache; forgotten when they change.
  @usableFromInline var knownSizeBound: SizeBound
  /// What produced the span.
  public var resource: Resource
  /// The library that made the span.
  public var scope: InstrumentationScope

  /// Makes a span. Values are taken as they are; nothing is generated or checked.
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
    knownSizeBound = SizeBound()
    self.resource = resource
    self.scope = scope
    knownSizeBound = SizeBound(countSizeBound())
  }
}

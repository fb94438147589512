#if OpenTelemetrySwift
  internal import OpenTelemetryApi
  internal import OpenTelemetrySdk
  internal import TelemetryCore
  internal import TelemetrySDK

  /// Turns spans of opentelemetry-swift into ours. Thread-safe.
  ///
  /// Equal resources and scopes become the same object, since the encoder writes each object once.
  final class SpanConverter: Sendable {
    private struct Known {
      var resource: (theirs: OpenTelemetrySdk.Resource, ours: TelemetrySDK.Resource)?
      var scopes: [InstrumentationScopeInfo: InstrumentationScope] = [:]
    }

    /// A program with more scopes than that makes them at run time.
    private static let maxScopes = 1000
    private let known = Locked(Known())

    func convert(_ span: OpenTelemetrySdk.SpanData) -> TelemetrySDK.SpanData {
      TelemetrySDK.SpanData(
        traceID: TraceID(span.traceId), spanID: SpanID(span.spanId.rawValue),
        parentSpanID: SpanID(span.parentSpanId?.rawValue ?? 0), traceState: Self.text(span.traceState), name: span.name,
        kind: Self.kind(span.kind), startTimeUnixNano: UnixTime.nanoseconds(span.startTime),
        endTimeUnixNano: UnixTime.nanoseconds(span.endTime), attributes: Attributes(span.attributes),
        droppedAttributesCount: Self.dropped(span.totalAttributeCount, span.attributes.count),
        events: span.events.map(Self.event),
        droppedEventsCount: Self.dropped(span.totalRecordedEvents, span.events.count), links: span.links.map(Self.link),
        droppedLinksCount: Self.dropped(span.totalRecordedLinks, span.links.count), status: Self.status(span.status),
        flags: UInt32(span.traceFlags.byte) | 0x100 | (span.hasRemoteParent ? 0x200 : 0),
        resource: resource(span.resource), scope: scope(span.instrumentationScope))
    }

    private func resource(_ theirs: OpenTelemetrySdk.Resource) -> TelemetrySDK.Resource {
      if let last = known.withLock({ $0.resource }), last.theirs == theirs { return last.ours }
      let ours = TelemetrySDK.Resource(Attributes(theirs.attributes))
      known.withLock { $0.resource = (theirs, ours) }
      return ours
    }

    private func scope(_ theirs: InstrumentationScopeInfo) -> InstrumentationScope {
      if let known = known.withLock({ $0.scopes[theirs] }) { return known }
      let ours = InstrumentationScope(
        name: theirs.name, version: theirs.version ?? "", attributes: Attributes(theirs.attributes ?? [:]),
        schemaURL: theirs.schemaUrl ?? "")
      return known.withLock { known in
        if let earlier = known.scopes[theirs] { return earlier }
        if known.scopes.count >= Self.maxScopes { known.scopes.removeAll() }
        known.scopes[theirs] = ours
        return ours
      }
    }

    private static func kind(_ kind: OpenTelemetryApi.SpanKind) -> TelemetrySDK.SpanData.Kind {
      switch kind {
      case .internal: .internal
      case .server: .server
      case .client: .client
      case .producer: .producer
      case .consumer: .consumer
      }
    }

    /// By the case: their number of a code isn't OTLP's.
    private static func status(_ status: OpenTelemetryApi.Status) -> TelemetrySDK.SpanData.Status {
      switch status {
      case .ok: .ok
      case .unset: .unset
      case .error(let description): .error(description)
      }
    }

    private static func event(_ event: OpenTelemetrySdk.SpanData.Event) -> TelemetrySDK.SpanData.Event {
      .init(
        name: event.name, timeUnixNano: UnixTime.nanoseconds(event.timestamp), attributes: Attributes(event.attributes))
    }

    private static func link(_ link: OpenTelemetrySdk.SpanData.Link) -> TelemetrySDK.SpanData.Link {
      .init(
        traceID: TraceID(link.context.traceId), spanID: SpanID(link.context.spanId.rawValue),
        traceState: text(link.context.traceState), attributes: Attributes(link.attributes),
        flags: UInt32(link.context.traceFlags.byte) | 0x100 | (link.context.isRemote ? 0x200 : 0))
    }

    private static func text(_ state: OpenTelemetryApi.TraceState) -> String {
      state.entries.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }

    private static func dropped(_ total: Int, _ count: Int) -> UInt32 { UInt32(clamping: total - count) }
  }

  extension TraceID {
    init(_ id: TraceId) { self.init(high: id.rawHigherLong, low: id.rawLowerLong) }
  }
#endif

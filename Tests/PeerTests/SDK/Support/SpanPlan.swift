import OTLPWire
import TelemetryCore
import TelemetrySDK

/// A span that both sides make by the same calls.
struct SpanPlan {
  /// A call after the start.
  enum Step {
    case attribute(String, AttributeValue)
    case attributes(Attributes)
    case event(String, Attributes, at: UInt64)
    /// The attributes replace the error's type, message and stack trace.
    case error(Attributes, at: UInt64)
    case link(RecordingSpan.Link)
    case status(SpanData.Status)
    case name(String)
    case end(at: UInt64)
  }

  var traceID: TraceID
  var spanID: SpanID
  var parent: SpanContext
  var name: String
  var kind: SpanData.Kind
  var attributes: Attributes
  var links: [RecordingSpan.Link]
  var start: UInt64
  var steps: [Step]

  private struct OwnError: Error {}

  /// Makes the span with our tracer.
  func make(_ tracer: TelemetryTracer, _ ids: FixedIDs) {
    ids.set(traceID, spanID)
    let span = tracer.startSpan(
      name, kind: kind, parent: TraceContext(parent), attributes: attributes, links: links, at: start)
    for step in steps {
      switch step {
      case .attribute(let key, let value): span.setAttribute(key, value)
      case .attributes(let attributes): span.setAttributes(attributes)
      case .event(let name, let attributes, let time): span.addEvent(name, attributes: attributes, at: time)
      case .error(let attributes, let time): span.recordError(OwnError(), attributes: attributes, at: time)
      case .link(let link): span.addLink(link.context, attributes: link.attributes)
      case .status(let status): span.setStatus(status)
      case .name(let name): span.updateName(name)
      case .end(let time): span.end(at: time)
      }
    }
  }

  /// The calls that set an attribute of the span, in order, until the end.
  var attributeKeys: [String] {
    var keys = attributes.map(\.key)
    for step in stepsBeforeEnd {
      switch step {
      case .attribute(let key, _): keys.append(key)
      case .attributes(let attributes): keys += attributes.map(\.key)
      default: continue
      }
    }
    return keys
  }

  /// The keys of each event, in the order in which ours has them.
  var eventKeys: [[String]] {
    stepsBeforeEnd.compactMap { step in
      switch step {
      case .event(_, let attributes, _), .error(let attributes, _): attributes.map(\.key)
      default: nil
      }
    }
  }

  /// The links that say anything.
  var recordedLinks: [RecordingSpan.Link] {
    let later = stepsBeforeEnd.compactMap { if case .link(let link) = $0 { link } else { nil } }
    return (links + later).filter {
      $0.context.isValid || !$0.attributes.isEmpty || !$0.context.traceState.isEmpty
    }
  }

  private var stepsBeforeEnd: ArraySlice<Step> { steps.prefix { if case .end = $0 { false } else { true } } }
}

/// Spans of one provider.
struct SpanCase {
  var limits: SpanLimits
  var isRandom: Bool
  var resource: Resource
  var scope: InstrumentationScope
  var spans: [SpanPlan]

  /// Makes the spans with our tracer; `processor` receives them.
  func make(_ processor: any SpanProcessor) throws {
    let ids = FixedIDs(isRandom: isRandom)
    let provider = try TracerProvider(
      resource: resource, idGenerator: ids, limits: limits, processors: [processor], diagnostics: .silent)
    let tracer = provider.tracer(
      scope.name, version: scope.version, schemaURL: scope.schemaURL, attributes: scope.attributes)
    for span in spans { span.make(tracer, ids) }
  }
}

internal import OTLPTesting
package import TelemetrySDK

/// The differences between the spans of a load and the standard workload.
package struct LoadShape: Sendable {
  private static let error = SpanData.Status.error("made by otlp load")

  /// The resource's `service.name`; nil for the workload's.
  package var service: String?
  /// Attributes to add to each span.
  package var attributes: [Attributes.Element] = []
  /// Attributes to add to the resource.
  package var resourceAttributes: [Attributes.Element] = []
  /// The number of children of each root span.
  package var childSpans = 0
  /// The status of all spans; nil for the workload's, in which every eighth span has an error.
  package var status: SpanData.Status.Code?
  /// The percentage of spans with the status error; overrides `status`.
  package var errorRate: Double?

  package init() {}

  /// The number of spans in a trace.
  package var traceSize: Int { childSpans + 1 }

  /// True if the spans are the workload's.
  package var isStandard: Bool {
    service == nil && attributes.isEmpty && resourceAttributes.isEmpty && childSpans == 0 && status == nil
      && errorRate == nil
  }

  /// The resource of all spans.
  package var resource: Resource {
    var attributes = StandardWorkload.resource.attributes
    if let service { attributes["service.name"] = .string(service) }
    for element in resourceAttributes { attributes[element.key] = element.value }
    return Resource(attributes, schemaURL: StandardWorkload.resource.schemaURL)
  }

  /// Changes a span of the workload to this shape.
  /// - Parameters:
  ///   - span: The workload's span number `index`.
  ///   - root: The root span of the trace, possibly the span itself.
  package func shape(_ span: inout SpanData, index: Int, root: SpanData, resource: Resource) {
    span.resource = resource
    for element in attributes { span.attributes[element.key] = element.value }
    span.status = status(index, standard: span.status)
    guard childSpans > 0 else { return }
    let position = index % traceSize
    span.traceID = root.traceID
    span.parentSpanID = position == 0 ? .invalid : root.spanID
    guard position > 0 else { return }
    // The children follow each other within the root span.
    let length = (root.endTimeUnixNano &- root.startTimeUnixNano) / UInt64(traceSize)
    span.kind = .internal
    span.startTimeUnixNano = root.startTimeUnixNano &+ length &* UInt64(position)
    span.endTimeUnixNano = span.startTimeUnixNano &+ length / 2
  }

  /// Changes a span of a tracer to this shape, and sets the status.
  package func shape(_ span: RecordingSpan, index: Int, standard: SpanData.Status) {
    for element in attributes { span.setAttribute(element.key, element.value) }
    span.setStatus(status(index, standard: standard))
  }

  /// The status of a span with this status in the workload.
  private func status(_ index: Int, standard: SpanData.Status) -> SpanData.Status {
    let given = self.status.map { $0 == .error ? Self.error : SpanData.Status($0) } ?? standard
    guard let errorRate else { return given }
    if Self.isError(index, percent: errorRate) { return Self.error }
    return given.code == .error ? .unset : given
  }

  /// Spreads the errors evenly: any 100 consecutive spans have `percent` errors.
  package static func isError(_ index: Int, percent: Double) -> Bool {
    let share = percent / 100
    return (Double(index + 1) * share).rounded(.down) > (Double(index) * share).rounded(.down)
  }
}

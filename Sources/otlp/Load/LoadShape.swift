internal import OTLPTesting
package import TelemetryCore
package import TelemetrySDK

/// What the spans of a load look like, beside the standard workload.
package struct LoadShape: Sendable {
  package enum Status: Sendable {
    case unset
    case ok
    case error
  }

  /// `service.name` in place of the workload's.
  package var service: String?
  /// Added to each span.
  package var attributes: [Attributes.Element] = []
  /// Added to the resource.
  package var resourceAttributes: [Attributes.Element] = []
  /// Spans below each root span.
  package var childSpans = 0
  /// The status of all spans; nil for the workload's, of which one in eight is an error.
  package var status: Status?
  /// Percent of the spans that are errors, whatever `status` says.
  package var errorRate: Double?

  package init() {}

  /// Spans of a trace.
  package var traceSize: Int { childSpans + 1 }

  /// Whether the workload's spans are sent as they are.
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

  /// Gives a span of the workload this shape.
  /// - Parameters:
  ///   - span: The workload's span number `index`.
  ///   - root: The root span of its trace, which may be the span itself.
  package func shape(_ span: inout SpanData, index: Int, root: SpanData, resource: Resource) {
    span.resource = resource
    for element in attributes { span.attributes[element.key] = element.value }
    if let status { span.status = status.spanStatus }
    if let errorRate {
      if Self.isError(index, percent: errorRate) {
        span.status = .error("made by otlp load")
      } else if span.status.code == .error {
        span.status = .unset
      }
    }
    guard childSpans > 0 else { return }
    let position = index % traceSize
    span.traceID = root.traceID
    span.parentSpanID = position == 0 ? .invalid : root.spanID
    guard position > 0 else { return }
    // One after the other within the root span.
    let length = (root.endTimeUnixNano &- root.startTimeUnixNano) / UInt64(traceSize)
    span.kind = .internal
    span.startTimeUnixNano = root.startTimeUnixNano &+ length &* UInt64(position)
    span.endTimeUnixNano = span.startTimeUnixNano &+ length / 2
  }

  /// Spreads the errors evenly: of 100 spans `percent` are, wherever one begins to count.
  package static func isError(_ index: Int, percent: Double) -> Bool {
    let share = percent / 100
    return (Double(index + 1) * share).rounded(.down) > (Double(index) * share).rounded(.down)
  }
}

extension LoadShape.Status {
  fileprivate var spanStatus: SpanData.Status {
    switch self {
    case .unset: .unset
    case .ok: .ok
    case .error: .error("made by otlp load")
    }
  }
}

extension OptionValue {
  /// `key=value`: a truth value, a number, or text, which quotation marks make of anything.
  package func attribute() throws(ConfigurationError) -> Attributes.Element {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw refused(allowed: "key=value, such as region=eu, count=3, ratio=0.5, ok=true or zip=\"01234\"")
    }
    return Attributes.Element(String(parts[0]), Self.attributeValue(parts[1]))
  }

  private static func attributeValue(_ text: Substring) -> AttributeValue {
    if text == "true" || text == "false" { return .bool(text == "true") }
    if text.count >= 2, text.first == "\"", text.last == "\"" { return .string(String(text.dropFirst().dropLast())) }
    let isNumber = text.utf8.allSatisfy { $0.isASCIIDigit || "+-.eE".utf8.contains($0) }
    // A leading plus or zero isn't how a number is written: telephone numbers and postcodes are.
    let digits = text.first == "-" ? text.dropFirst() : text
    let isPlain = digits.first?.isNumber == true && (digits.first != "0" || digits.count == 1 || digits.hasPrefix("0."))
    guard isNumber, isPlain else { return .string(String(text)) }
    if let integer = Int64(text) { return .int(integer) }
    if let double = Double(text), double.isFinite { return .double(double) }
    return .string(String(text))
  }

  /// A number with a point or without, and a percent sign or none.
  package func percent() throws(ConfigurationError) -> Double {
    let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
    guard digits.utf8.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: ".") }), let value = Double(digits),
      (0...100).contains(value)
    else { throw refused(allowed: "0 to 100 percent, such as 5 or 0.5%") }
    return value
  }
}

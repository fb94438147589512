internal import TelemetryCore
package import TelemetrySDK

/// The options of the commands that make a span.
package struct SpanOptions: Sendable {
  package var name: String?
  package var kind: SpanData.Kind?
  package var attributes: [Attributes.Element] = []
  package var service: String?
  package var resourceAttributes: [Attributes.Element] = []

  package init() {}

  /// The options for a command with these settings in a property.
  /// - Parameters:
  ///   - name: The default of the span's name; nil for none.
  ///   - kind: The default of its kind.
  static func table<Command>(
    within property: any WritableKeyPath<Command, SpanOptions> & Sendable, name: String?, kind: String
  ) -> [Option<Command>] {
    let own: [Option<SpanOptions>] = [
      Option("name", "NAME", "the span's name", default: name, \.name, .nonEmpty),
      Option(
        "kind", "KIND", "the span's kind: internal, server, client, producer or consumer", default: kind, \.kind,
        .choice([
          "internal": .internal, "server": .server, "client": .client, "producer": .producer, "consumer": .consumer,
        ])),
      Option(
        "attribute", "K=V", "an attribute of the span; can be given several times", addingTo: \.attributes, .attribute),
      Option(
        "service", "NAME", "the resource's service.name", default: "OTEL_SERVICE_NAME, else unknown_service:otlp",
        \.service, .nonEmpty),
      Option(
        "resource-attribute", "K=V", "an attribute of the resource; can be given several times",
        addingTo: \.resourceAttributes, .attribute),
    ]
    return own.map { $0.within(property) }
  }
}

extension OptionReader<String> {
  static var nonEmpty: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      guard !value.text.isEmpty else { throw value.refused(allowed: "a name") }
      return value.text
    }
  }
}

internal import TelemetrySDK

extension ExportTally {
  /// The counts in the form of metrics.
  func metrics(_ labels: ExporterMetrics.Labels, _ component: TelemetryComponent) -> SelfMetrics {
    let base = attributes(labels, component)
    let item = labels.item
    let (standard, own) = ("otel.sdk.exporter", "swift_otlp.exporter")
    func sum(
      _ name: String, _ instrument: SelfMetrics.Instrument, _ unit: String, _ value: Int, _ description: String
    ) -> SelfMetrics.Metric {
      .init(name, instrument, unit: unit, description: description, points: [.init(base, .sum(value))])
    }
    return SelfMetrics([
      sum(
        "\(standard).\(item.rawValue).inflight", .upDownCounter, item.unit, inFlight,
        "Items that the exporter is at work on, pauses between attempts included."),
      .init(
        "\(standard).\(item.rawValue).exported", .counter, unit: item.unit,
        description: "Items whose export has ended, with or without success.", points: exportedPoints(base)),
      .init(
        "\(standard).operation.duration", .histogram, unit: "s",
        description: "Durations of exports with all their attempts and pauses.",
        points: durationPoints(base, labels.statusAttribute)),
      sum("\(own).attempts", .counter, "{attempt}", attempts, "Requests that were made."),
      sum(
        "\(own).\(item.rawValue).possible_duplicates", .counter, item.unit, possibleDuplicates,
        "Items that the server may have got twice."),
      sum(
        "\(own).request.size", .counter, "By", bytes,
        "Bytes of request messages, compressed if they were, that went to a connection."),
    ])
  }

  private func attributes(_ labels: ExporterMetrics.Labels, _ component: TelemetryComponent) -> Attributes {
    var attributes = component.attributes
    attributes["server.address"] = .string(labels.serverAddress)  // 4.13.5
    attributes["server.port"] = labels.serverPort.map { .int(Int64($0)) }
    return attributes
  }

  private func exportedPoints(_ base: Attributes) -> [SelfMetrics.Point] {
    [.init(base, .sum(exported))]
      + failed.sorted { $0.key < $1.key }.map { type, count in
        var attributes = base
        attributes["error.type"] = .string(type)
        return .init(attributes, .sum(count))
      }
  }

  private func durationPoints(_ base: Attributes, _ statusAttribute: String) -> [SelfMetrics.Point] {
    let success = successes.count > 0 ? [(Ending(status: ExportRecord.accepted), successes)] : []
    let others = failures.sorted {
      ($0.key.errorType ?? "", $0.key.status ?? "") < ($1.key.errorType ?? "", $1.key.status ?? "")
    }
    return (success + others.map { ($0.key, $0.value) }).map { ending, durations in
      var attributes = base
      attributes["error.type"] = ending.errorType.map { .string($0) }
      attributes[statusAttribute] = ending.status.map { .string($0) }
      return .init(attributes, .histogram(count: durations.count, sum: Double(durations.nanoseconds) / 1e9))
    }
  }
}

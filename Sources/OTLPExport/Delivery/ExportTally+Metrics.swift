internal import TelemetrySDK

extension ExportTally {
  /// The counts in the form of metrics.
  func metrics(_ labels: ExporterMetrics.Labels, _ component: ComponentID) -> SelfMetrics {
    let base = attributes(labels, component)
    return SelfMetrics(standard(labels, base) + own(labels.item, base))
  }

  /// Those of the conventions.
  private func standard(_ labels: ExporterMetrics.Labels, _ base: Attributes) -> [SelfMetrics.Metric] {
    let item = labels.item
    return [
      .init(
        "otel.sdk.exporter.\(item.rawValue).inflight", .upDownCounter, unit: item.unit,
        description: "Items that the exporter is at work on, pauses between attempts included.",
        points: [.init(base, .sum(inFlight))]),
      .init(
        "otel.sdk.exporter.\(item.rawValue).exported", .counter, unit: item.unit,
        description: "Items whose export has ended, with or without success.", points: exportedPoints(base)),
      .init(
        "otel.sdk.exporter.operation.duration", .histogram, unit: "s",
        description: "Durations of exports with all their attempts and pauses.",
        points: durationPoints(base, labels.statusAttribute)),
    ]
  }

  private func own(_ item: SelfMetrics.Item, _ base: Attributes) -> [SelfMetrics.Metric] {
    let sums = [
      ("attempts", "{attempt}", attempts, "Requests that were made."),
      (
        "\(item.rawValue).possible_duplicates", item.unit, possibleDuplicates,
        "Items that the server may have got twice."
      ),
      (
        "request.size", "By", bytes, "Bytes of request messages, compressed if they were, that went to a connection."
      ),
    ]
    return sums.map { name, unit, value, description in
      .init(
        "swift_otlp.exporter." + name, .counter, unit: unit, description: description,
        points: [.init(base, .sum(value))])
    }
  }

  private func attributes(_ labels: ExporterMetrics.Labels, _ component: ComponentID) -> Attributes {
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

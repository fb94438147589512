/// The counts behind a processor's metrics.
struct ProcessorMetrics {
  var queued: Int
  var maxQueueSize: Int
  /// Items that were handed to the exporter, with any outcome (RULES 4.13).
  var handedOver: Int
  /// Items that were dropped before, by reason.
  var dropped: [DropReason: Int]
  var bytesHeld: Int
  var maxBytes: Int

  func selfMetrics(_ component: ComponentID, _ item: SelfMetrics.Item) -> SelfMetrics {
    let (standard, own) = ("otel.sdk.processor.\(item.rawValue)", "swift_otlp.processor.\(item.rawValue)")
    return SelfMetrics(
      [
        size(component, standard, item),
        level(
          component, "\(standard).queue.capacity", item.unit, maxQueueSize,
          "The maximum number of items in the queue."),
        processed(component, standard, item),
      ] + memory(component, own))
  }

  /// The metrics of a periodic reader, for whose queue the conventions have no names.
  func readerMetrics(_ component: ComponentID, _ durations: CollectionDurations) -> SelfMetrics {
    let own = "swift_otlp.metric_reader"
    return SelfMetrics(
      [
        durations.metric(component), size(component, own, .metricDataPoint),
        processed(component, own, .metricDataPoint),
      ] + memory(component, own))
  }

  private func size(_ component: ComponentID, _ prefix: String, _ item: SelfMetrics.Item) -> SelfMetrics.Metric {
    level(component, "\(prefix).queue.size", item.unit, queued, "Items in the queue.")
  }

  private func processed(
    _ component: ComponentID, _ prefix: String, _ item: SelfMetrics.Item
  ) -> SelfMetrics.Metric {
    .init(
      "\(prefix).processed", .counter, unit: item.unit,
      description: "Items that were handed to the exporter, or dropped before.",
      points: processed(component.attributes))
  }

  private func memory(_ component: ComponentID, _ prefix: String) -> [SelfMetrics.Metric] {
    [
      level(
        component, "\(prefix).memory.usage", "By", bytesHeld,
        "Bytes of items in the queue and in exports, and of idle buffers."),
      level(component, "\(prefix).memory.limit", "By", maxBytes, "The maximum of these bytes."),
    ]
  }

  private func level(
    _ component: ComponentID, _ name: String, _ unit: String, _ value: Int, _ description: String
  ) -> SelfMetrics.Metric {
    .init(
      name, .upDownCounter, unit: unit, description: description, points: [.init(component.attributes, .sum(value))])
  }

  private func processed(_ attributes: Attributes) -> [SelfMetrics.Point] {
    var byType: [String: Int] = [:]
    for (reason, count) in dropped { byType[reason.errorType] = (byType[reason.errorType] ?? 0).saturatingSum(count) }
    return [.init(attributes, .sum(handedOver))]
      + byType.sorted { $0.key < $1.key }.map { type, count in
        var attributes = attributes
        attributes["error.type"] = .string(type)
        return .init(attributes, .sum(count))
      }
  }
}

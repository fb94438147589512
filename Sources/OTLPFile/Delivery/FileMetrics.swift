internal import TelemetryCore
internal import TelemetrySDK

/// The metrics of a file exporter (RULES 4.13). Thread-safe.
final class FileMetrics: Sendable {
  private struct Durations {
    var count = 0
    var nanoseconds: Int64 = 0
  }

  private struct Counts {
    var inFlight = 0
    var exported = 0
    var attempts = 0
    /// Bytes of the lines that were written.
    var bytes = 0
    /// Items that were not written, by `error.type`.
    var failed: [String: Int] = [:]
    /// The exports, by `error.type`; nil for those that were written.
    var durations: [String?: Durations] = [:]

    /// Counts the end of an export. It has one reason at most, since a line is written whole or not at all.
    mutating func add(_ dropped: [DropReason: Int], _ time: Duration) {
      for (reason, count) in dropped { failed[reason.errorType, default: 0] += count }
      let type = dropped.keys.first?.errorType
      durations[type, default: Durations()].count += 1
      durations[type, default: Durations()].nanoseconds += time.clampedNanoseconds
    }
  }

  private let item: SelfMetrics.Item
  private let component: ComponentID
  private let counts = Locked(Counts())

  init(_ signal: OTLPSignal) {
    item = SelfMetrics.Item(signal)
    let name =
      switch signal {
      case .traces: "span"
      case .metrics: "metric"
      case .logs: "log"
      }
    component = ComponentID(type: "otlp_file_\(name)_exporter")
  }

  func exportBegan(_ count: Int) { counts.withLock { $0.inFlight += count } }

  /// An export that began has ended.
  /// - Parameter bytes: The bytes of the line, if it was written.
  func exportEnded(_ outcome: ExportOutcome, bytes: Int, after time: Duration) {
    counts.withLock { counts in
      counts.inFlight -= outcome.total
      counts.exported += outcome.exported
      counts.attempts += outcome.attempts
      counts.bytes += bytes
      counts.add(outcome.dropped, time)
    }
  }

  /// A batch was refused after shutdown.
  func refused(_ count: Int) { counts.withLock { $0.add([.afterShutdown: count], .zero) } }

  /// The metrics at this moment, consistent with each other.
  var snapshot: SelfMetrics {
    let counts = counts.withLock { $0 }
    return SelfMetrics(standardMetrics(counts) + ownMetrics(counts))
  }

  /// The metrics of the semantic conventions.
  private func standardMetrics(_ counts: Counts) -> [SelfMetrics.Metric] {
    let prefix = "otel.sdk.exporter.\(item.rawValue)"
    let failed = counts.failed.sorted { $0.key < $1.key }
    let durations = counts.durations.sorted { ($0.key ?? "") < ($1.key ?? "") }
    return [
      .init(
        "\(prefix).inflight", .upDownCounter, unit: item.unit,
        description: "Items that the exporter is at work on, pauses between attempts included.",
        points: [.init(component.attributes, .sum(counts.inFlight))]),
      .init(
        "\(prefix).exported", .counter, unit: item.unit,
        description: "Items whose export has ended, with or without success.",
        points: [.init(component.attributes, .sum(counts.exported))]
          + failed.map { .init(attributes($0.key), .sum($0.value)) }),
      .init(
        "otel.sdk.exporter.operation.duration", .histogram, unit: "s",
        description: "Durations of exports with all their attempts and pauses.",
        points: durations.map { type, durations in
          let seconds = Double(durations.nanoseconds) / 1e9
          return .init(attributes(type), .histogram(count: durations.count, sum: seconds))
        }),
    ]
  }

  private func ownMetrics(_ counts: Counts) -> [SelfMetrics.Metric] {
    [
      .init(
        "swift_otlp.exporter.attempts", .counter, unit: "{attempt}", description: "Writes that were tried.",
        points: [.init(component.attributes, .sum(counts.attempts))]),
      .init(
        "swift_otlp.exporter.request.size", .counter, unit: "By", description: "Bytes of lines that were written.",
        points: [.init(component.attributes, .sum(counts.bytes))]),
    ]
  }

  private func attributes(_ errorType: String?) -> Attributes {
    var attributes = component.attributes
    attributes["error.type"] = errorType.map { .string($0) }
    return attributes
  }
}

internal import TelemetryCore

/// The metrics of an exporter of itself (RULES 4.13). Thread-safe; an export takes two short locks.
package final class ExporterMetrics: Sendable {
  /// The descriptions of the metrics beyond the conventions; nil for a metric that the exporter doesn't have.
  package struct OwnMetrics: Sendable {
    let attempts: String
    let possibleDuplicates: String?
    let bytes: String

    package init(attempts: String, possibleDuplicates: String? = nil, bytes: String) {
      self.attempts = attempts
      self.possibleDuplicates = possibleDuplicates
      self.bytes = bytes
    }
  }

  /// The result of an operation, as attributes.
  private struct Ending: Hashable {
    /// Nil for full success.
    var errorType: String?
    var status: String?
  }

  private struct Durations {
    var count = 0
    var nanoseconds: Int64 = 0

    mutating func add(_ time: Int64) {
      count += 1
      nanoseconds += time
    }
  }

  private struct Counts {
    var inFlight = 0
    var exported = 0
    /// Items that were not exported, by `error.type`.
    var failed: [String: Int] = [:]
    var successes = Durations()
    var failures: [Ending: Durations] = [:]
    var attempts = 0
    var possibleDuplicates = 0
    var bytes = 0
  }

  /// The status of an accepted request.
  package static let acceptedStatus = "OK"
  /// `error.type` of a partial success.
  private static let rejected = "rejected"

  private let item: SelfMetrics.Item
  private let base: Attributes
  private let ownMetrics: OwnMetrics
  private let statusAttribute: @Sendable (String) -> Attributes.Element?
  private let counts = Locked(Counts())

  /// - Parameters:
  ///   - attributes: Attributes of each point beside the component's.
  ///   - statusAttribute: The attribute for the status of an operation.
  package init(
    _ component: ComponentID, of signal: OTLPSignal, attributes: Attributes = Attributes(), _ ownMetrics: OwnMetrics,
    statusAttribute: @escaping @Sendable (String) -> Attributes.Element? = { _ in nil }
  ) {
    item = SelfMetrics.Item(signal)
    base = Attributes(unchecked: component.attributes.elements + attributes.elements)
    self.ownMetrics = ownMetrics
    self.statusAttribute = statusAttribute
  }

  package func exportBegan(_ count: Int) { counts.withLock { $0.inFlight += count } }

  /// An export that began has ended.
  /// - Parameters:
  ///   - bytes: The bytes of the requests.
  ///   - failures: The dropped items by `error.type`; nil if none were dropped.
  ///   - errorType: The last `error.type`.
  ///   - status: The status of the last attempt.
  package func exportEnded(
    _ outcome: ExportOutcome, bytes: Int, after time: Duration, failures: [String: Int]?, errorType: String?,
    status: String? = nil
  ) {
    let (total, nanoseconds) = (outcome.total, time.clampedNanoseconds)
    counts.withLock { counts in
      counts.inFlight -= total
      counts.exported += outcome.exported
      counts.attempts += outcome.attempts
      counts.possibleDuplicates += outcome.possibleDuplicates
      counts.bytes += bytes
      guard failures != nil || outcome.rejected > 0 else { return counts.successes.add(nanoseconds) }
      counts.failed.merge(failures ?? [:], uniquingKeysWith: +)
      if outcome.rejected > 0 { counts.failed[Self.rejected, default: 0] += outcome.rejected }
      let ending = Ending(errorType: errorType ?? Self.rejected, status: status)
      counts.failures[ending, default: Durations()].add(nanoseconds)
    }
  }

  /// A batch was refused after shutdown.
  package func refused(_ count: Int) {
    let type = DropReason.afterShutdown.errorType
    counts.withLock { counts in
      counts.failed[type, default: 0] += count
      counts.failures[Ending(errorType: type), default: Durations()].add(0)
    }
  }

  // MARK: Snapshot

  /// The metrics at this moment, consistent with each other.
  package var snapshot: SelfMetrics {
    let counts = counts.withLock { $0 }
    var metrics: [SelfMetrics.Metric] = [
      .init(
        "otel.sdk.exporter.\(item.rawValue).inflight", .upDownCounter, unit: item.unit,
        description: "Items that the exporter is at work on, pauses between attempts included.",
        points: [.init(base, .sum(counts.inFlight))]),
      .init(
        "otel.sdk.exporter.\(item.rawValue).exported", .counter, unit: item.unit,
        description: "Items whose export has ended, with or without success.", points: exportedPoints(counts)),
      .init(
        "otel.sdk.exporter.operation.duration", .histogram, unit: "s",
        description: "Durations of exports with all their attempts and pauses.", points: durationPoints(counts)),
      own("attempts", "{attempt}", counts.attempts, ownMetrics.attempts),
    ]
    if let description = ownMetrics.possibleDuplicates {
      metrics.append(
        own("\(item.rawValue).possible_duplicates", item.unit, counts.possibleDuplicates, description))
    }
    return SelfMetrics(metrics + [own("request.size", "By", counts.bytes, ownMetrics.bytes)])
  }

  private func own(_ name: String, _ unit: String, _ value: Int, _ description: String) -> SelfMetrics.Metric {
    .init(
      "swift_otlp.exporter." + name, .counter, unit: unit, description: description, points: [.init(base, .sum(value))])
  }

  private func exportedPoints(_ counts: Counts) -> [SelfMetrics.Point] {
    [.init(base, .sum(counts.exported))]
      + counts.failed.sorted { $0.key < $1.key }.map { type, count in
        var attributes = base
        attributes["error.type"] = .string(type)
        return .init(attributes, .sum(count))
      }
  }

  private func durationPoints(_ counts: Counts) -> [SelfMetrics.Point] {
    let failures = counts.failures.sorted {
      ($0.key.errorType ?? "", $0.key.status ?? "") < ($1.key.errorType ?? "", $1.key.status ?? "")
    }
    let success = counts.successes.count > 0 ? [(Ending(status: Self.acceptedStatus), counts.successes)] : []
    return (success + failures.map { ($0.key, $0.value) }).map { ending, durations in
      var attributes = base
      attributes["error.type"] = ending.errorType.map { .string($0) }
      if let status = ending.status.flatMap(statusAttribute) { attributes[status.key] = status.value }
      return .init(attributes, .histogram(count: durations.count, sum: Double(durations.nanoseconds) / 1e9))
    }
  }
}

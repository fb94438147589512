internal import TelemetrySDK

extension ExporterMetrics.Counts {
  func metrics(
    _ server: Endpoint, _ component: ComponentID, _ transport: OTLPTransport, _ item: SelfMetrics.Item
  ) -> SelfMetrics {
    var base = component.attributes
    base["server.address"] = .string(server.serverAddress)  // 4.13.5
    base["server.port"] = server.serverPort.map { .int(Int64($0)) }
    return SelfMetrics(standardMetrics(base, transport, item) + ownMetrics(base, item))
  }

  /// The metrics of the semantic conventions.
  private func standardMetrics(
    _ base: Attributes, _ transport: OTLPTransport, _ item: SelfMetrics.Item
  ) -> [SelfMetrics.Metric] {
    [
      .init(
        "otel.sdk.exporter.\(item.rawValue).inflight", .upDownCounter, unit: item.unit,
        description: "Items that the exporter is at work on, pauses between attempts included.",
        points: [.init(base, .sum(inFlight))]),
      .init(
        "otel.sdk.exporter.\(item.rawValue).exported", .counter, unit: item.unit,
        description: "Items whose export has ended, with or without success.", points: exportedPoints(base)),
      .init(
        "otel.sdk.exporter.operation.duration", .histogram, unit: "s",
        description: "Durations of exports with all their attempts and pauses.", points: durationPoints(base, transport)
      ),
    ]
  }

  private func ownMetrics(_ base: Attributes, _ item: SelfMetrics.Item) -> [SelfMetrics.Metric] {
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

  private func exportedPoints(_ base: Attributes) -> [SelfMetrics.Point] {
    [.init(base, .sum(exported))]
      + failed.sorted { $0.key < $1.key }.map { type, count in
        var attributes = base
        attributes["error.type"] = .string(type)
        return .init(attributes, .sum(count))
      }
  }

  private func durationPoints(_ base: Attributes, _ transport: OTLPTransport) -> [SelfMetrics.Point] {
    typealias Ending = ExporterMetrics.Ending
    let success = successes.count > 0 ? [(Ending(status: ExporterMetrics.acceptedStatus), successes)] : []
    let others = failures.sorted {
      ($0.key.errorType ?? "", $0.key.status ?? "") < ($1.key.errorType ?? "", $1.key.status ?? "")
    }
    return (success + others.map { ($0.key, $0.value) }).map { ending, durations in
      var attributes = base
      attributes["error.type"] = ending.errorType.map { .string($0) }
      if transport == .grpc {
        attributes["rpc.status_code"] = ending.status.map { .string($0) }
      } else if transport.isDatabase {
        attributes["db.response.status_code"] = ending.status.map { .string($0) }
      } else {
        // Without a response there is no status.
        let status = ending.status.map(ExporterMetrics.withoutPrefix)
        let code = status == ExporterMetrics.acceptedStatus ? 200 : status.flatMap { Int64($0) }
        attributes["http.response.status_code"] = code.map { .int($0) }
      }
      return .init(attributes, .histogram(count: durations.count, sum: Double(durations.nanoseconds) / 1e9))
    }
  }
}

extension Metric: ReadableItem {
  /// Writes the metric as lines, its name first, with a line for each data point.
  func appendText(to text: inout String) {
    text += "\(ReadableText.clean(name))  \(kind)"
    if !unit.isEmpty { text += "  \(ReadableText.clean(unit))" }
    text += "\n"
    if !description.isEmpty { text += "  \(ReadableText.clean(description))\n" }
    if !scope.name.isEmpty {
      text += "  scope \(ReadableText.clean(scope.name)) \(ReadableText.clean(scope.version))\n"
    }
    appendPoints(to: &text)
    ReadableText.append(metadata, 0, "  metadata ", to: &text)
    ReadableText.append(resource.attributes, 0, "  resource ", to: &text)
  }

  private var kind: String {
    switch data {
    case .empty: "no data"
    case .gauge: "gauge"
    case .sum(let sum): "\(sum.isMonotonic ? "monotonic sum" : "sum"), \(sum.temporality)"
    case .histogram(let histogram): "histogram, \(histogram.temporality)"
    case .exponentialHistogram(let histogram): "exponential histogram, \(histogram.temporality)"
    case .summary: "summary"
    }
  }

  private func appendPoints(to text: inout String) {
    switch data {
    case .empty: break
    case .gauge(let gauge): for point in gauge.dataPoints { point.append(to: &text) }
    case .sum(let sum): for point in sum.dataPoints { point.append(to: &text) }
    case .histogram(let histogram): for point in histogram.dataPoints { point.append(to: &text) }
    case .exponentialHistogram(let histogram): for point in histogram.dataPoints { point.append(to: &text) }
    case .summary(let summary): for point in summary.dataPoints { point.append(to: &text) }
    }
  }

  /// Begins the line of a data point: attributes, times and flags, without the line's end.
  fileprivate static func beginPoint(
    _ attributes: Attributes, _ start: UInt64, _ time: UInt64, _ flags: DataPointFlags, to text: inout String
  ) {
    text += "  \(ReadableText.value(.map(attributes))) at \(ReadableText.time(time))"
    if start > 0 { text += " since \(ReadableText.time(start))" }
    if flags.contains(.noRecordedValue) { text += "  no recorded value" }
  }

  fileprivate static func endPoint(_ exemplars: [Exemplar], to text: inout String) {
    text += "\n"
    for exemplar in exemplars {
      text += "    exemplar \(self.text(of: exemplar.value)) at \(ReadableText.time(exemplar.timeUnixNano))"
      if exemplar.traceID.isValid { text += "  trace \(exemplar.traceID)  span \(exemplar.spanID)" }
      text += "\n"
      ReadableText.append(exemplar.filteredAttributes, 0, "      ", to: &text)
    }
  }

  fileprivate static func text(of value: Value?) -> String {
    switch value {
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case nil: "(empty)"
    }
  }

  fileprivate static func appendTotals(
    _ count: UInt64, _ sum: Double?, _ min: Double?, _ max: Double?, to text: inout String
  ) {
    text += ": count \(count)"
    if let sum { text += "  sum \(sum)" }
    if let min { text += "  min \(min)" }
    if let max { text += "  max \(max)" }
  }
}

extension Metric.NumberDataPoint {
  fileprivate func append(to text: inout String) {
    Metric.beginPoint(attributes, startTimeUnixNano, timeUnixNano, flags, to: &text)
    if value != nil || !flags.contains(.noRecordedValue) { text += ": \(Metric.text(of: value))" }
    Metric.endPoint(exemplars, to: &text)
  }
}

extension Metric.HistogramDataPoint {
  fileprivate func append(to text: inout String) {
    Metric.beginPoint(attributes, startTimeUnixNano, timeUnixNano, flags, to: &text)
    Metric.appendTotals(count, sum, min, max, to: &text)
    for (index, count) in bucketCounts.enumerated() where count > 0 {
      text += index < explicitBounds.count ? "  ≤\(explicitBounds[index]): \(count)" : "  more: \(count)"
    }
    Metric.endPoint(exemplars, to: &text)
  }
}

extension Metric.ExponentialHistogramDataPoint {
  fileprivate func append(to text: inout String) {
    Metric.beginPoint(attributes, startTimeUnixNano, timeUnixNano, flags, to: &text)
    Metric.appendTotals(count, sum, min, max, to: &text)
    text += "  scale \(scale)"
    if zeroCount > 0 { text += "  zero: \(zeroCount)" }
    append("positive", positive, to: &text)
    append("negative", negative, to: &text)
    Metric.endPoint(exemplars, to: &text)
  }

  private func append(_ name: String, _ buckets: Buckets?, to text: inout String) {
    guard let buckets, !buckets.bucketCounts.isEmpty else { return }
    text += "  \(name) from \(buckets.offset): \(buckets.bucketCounts.map { "\($0)" }.joined(separator: " "))"
  }
}

extension Metric.SummaryDataPoint {
  fileprivate func append(to text: inout String) {
    Metric.beginPoint(attributes, startTimeUnixNano, timeUnixNano, flags, to: &text)
    Metric.appendTotals(count, sum, nil, nil, to: &text)
    for quantile in quantileValues { text += "  \(quantile.quantile): \(quantile.value)" }
    Metric.endPoint([], to: &text)
  }
}

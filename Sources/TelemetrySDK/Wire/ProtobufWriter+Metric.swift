// Fields are written in falling order, because the writer goes backwards.
extension ProtobufWriter {
  /// Writes the fields of a `Metric`.
  mutating func metric(_ metric: borrowing Metric) {
    ensure(0)
    attributes(WireTags.Metric.metadata, metric.metadata)
    data(metric.data)
    stringField(WireTags.Metric.unit, metric.unit)
    stringField(WireTags.Metric.description, metric.description)
    stringField(WireTags.Metric.name, metric.name)
  }

  /// Writes the kind of the metric, also if it has no data points (6.8.2).
  private mutating func data(_ data: borrowing Metric.Data) {
    let mark = written
    switch data {
    case .empty: return
    case .gauge(let gauge):
      gauge.dataPoints.forEachReversed { numberDataPoint($0) }
      prefix(WireTags.Metric.gauge, since: mark)
    case .sum(let sum):
      if sum.isMonotonic { boolField(WireTags.MetricData.isMonotonic, true) }
      temporality(sum.temporality)
      sum.dataPoints.forEachReversed { numberDataPoint($0) }
      prefix(WireTags.Metric.sum, since: mark)
    case .histogram(let histogram):
      temporality(histogram.temporality)
      histogram.dataPoints.forEachReversed { histogramDataPoint($0) }
      prefix(WireTags.Metric.histogram, since: mark)
    case .exponentialHistogram(let histogram):
      temporality(histogram.temporality)
      histogram.dataPoints.forEachReversed { exponentialHistogramDataPoint($0) }
      prefix(WireTags.Metric.exponentialHistogram, since: mark)
    case .summary(let summary):
      summary.dataPoints.forEachReversed { summaryDataPoint($0) }
      prefix(WireTags.Metric.summary, since: mark)
    }
    ensure(0)
  }

  private mutating func temporality(_ temporality: Metric.Temporality) {
    varintField(WireTags.MetricData.temporality, UInt64(temporality.rawValue))
  }
}

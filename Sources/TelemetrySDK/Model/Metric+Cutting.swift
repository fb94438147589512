extension Metric {
  /// The number of data points.
  public var dataPointCount: Int {
    switch data {
    case .empty: 0
    case .gauge(let gauge): gauge.dataPoints.count
    case .sum(let sum): sum.dataPoints.count
    case .histogram(let histogram): histogram.dataPoints.count
    case .exponentialHistogram(let histogram): histogram.dataPoints.count
    case .summary(let summary): summary.dataPoints.count
    }
  }

  /// The metric with the data points at positions in `range` only. The order stays.
  package func dataPoints(in range: Range<Int>) -> Metric {
    var part = self
    switch data {
    case .empty: break
    case .gauge(let gauge): part.data = .gauge(Gauge(Array(gauge.dataPoints[range])))
    case .sum(var sum):
      sum.dataPoints = Array(sum.dataPoints[range])
      part.data = .sum(sum)
    case .histogram(var histogram):
      histogram.dataPoints = Array(histogram.dataPoints[range])
      part.data = .histogram(histogram)
    case .exponentialHistogram(var histogram):
      histogram.dataPoints = Array(histogram.dataPoints[range])
      part.data = .exponentialHistogram(histogram)
    case .summary(let summary): part.data = .summary(Summary(Array(summary.dataPoints[range])))
    }
    return part
  }
}

// Fields are written in falling order, because the writer goes backwards.
extension ProtobufWriter {
  mutating func numberDataPoint(_ point: borrowing Borrowed<Metric.NumberDataPoint>) {
    typealias Tags = WireTags.NumberDataPoint
    ensure(0)
    let mark = written
    varintField(Tags.flags, UInt64(point.value.flags.rawValue))
    attributes(Tags.attributes, point.value.attributes)
    if case .int(let value)? = point.value.value { requiredFixed64Field(Tags.int, UInt64(bitPattern: value)) }
    point.value.exemplars.forEachReversed { exemplar(Tags.exemplars, $0) }
    if case .double(let value)? = point.value.value { doubleField(Tags.double, value) }
    fixed64Field(Tags.timeUnixNano, point.value.timeUnixNano)
    fixed64Field(Tags.startTimeUnixNano, point.value.startTimeUnixNano)
    prefix(WireTags.MetricData.dataPoints, since: mark)
  }

  mutating func histogramDataPoint(_ point: borrowing Borrowed<Metric.HistogramDataPoint>) {
    typealias Tags = WireTags.HistogramDataPoint
    ensure(0)
    let mark = written
    if let max = point.value.max { doubleField(Tags.max, max) }
    if let min = point.value.min { doubleField(Tags.min, min) }
    varintField(Tags.flags, UInt64(point.value.flags.rawValue))
    attributes(Tags.attributes, point.value.attributes)
    point.value.exemplars.forEachReversed { exemplar(Tags.exemplars, $0) }
    packedDoubles(Tags.explicitBounds, point.value.explicitBounds)
    packedFixed64s(Tags.bucketCounts, point.value.bucketCounts)
    if let sum = point.value.sum { doubleField(Tags.sum, sum) }
    fixed64Field(Tags.count, point.value.count)
    fixed64Field(Tags.timeUnixNano, point.value.timeUnixNano)
    fixed64Field(Tags.startTimeUnixNano, point.value.startTimeUnixNano)
    prefix(WireTags.MetricData.dataPoints, since: mark)
  }

  mutating func exponentialHistogramDataPoint(_ point: borrowing Borrowed<Metric.ExponentialHistogramDataPoint>) {
    typealias Tags = WireTags.ExponentialHistogramDataPoint
    ensure(0)
    let mark = written
    fixed64Field(Tags.zeroThreshold, point.value.zeroThreshold.bitPattern)
    if let max = point.value.max { doubleField(Tags.max, max) }
    if let min = point.value.min { doubleField(Tags.min, min) }
    point.value.exemplars.forEachReversed { exemplar(Tags.exemplars, $0) }
    varintField(Tags.flags, UInt64(point.value.flags.rawValue))
    if let negative = point.value.negative { buckets(Tags.negative, negative) }
    if let positive = point.value.positive { buckets(Tags.positive, positive) }
    fixed64Field(Tags.zeroCount, point.value.zeroCount)
    signedVarintField(Tags.scale, point.value.scale)
    if let sum = point.value.sum { doubleField(Tags.sum, sum) }
    fixed64Field(Tags.count, point.value.count)
    fixed64Field(Tags.timeUnixNano, point.value.timeUnixNano)
    fixed64Field(Tags.startTimeUnixNano, point.value.startTimeUnixNano)
    attributes(Tags.attributes, point.value.attributes)
    prefix(WireTags.MetricData.dataPoints, since: mark)
  }

  mutating func summaryDataPoint(_ point: borrowing Borrowed<Metric.SummaryDataPoint>) {
    typealias Tags = WireTags.SummaryDataPoint
    ensure(0)
    let mark = written
    varintField(Tags.flags, UInt64(point.value.flags.rawValue))
    attributes(Tags.attributes, point.value.attributes)
    point.value.quantileValues.forEachReversed { quantile in
      ensure(0)
      let mark = written
      fixed64Field(WireTags.ValueAtQuantile.value, quantile.value.value.bitPattern)
      fixed64Field(WireTags.ValueAtQuantile.quantile, quantile.value.quantile.bitPattern)
      prefix(Tags.quantileValues, since: mark)
    }
    ensure(0)
    fixed64Field(Tags.sum, point.value.sum.bitPattern)
    fixed64Field(Tags.count, point.value.count)
    fixed64Field(Tags.timeUnixNano, point.value.timeUnixNano)
    fixed64Field(Tags.startTimeUnixNano, point.value.startTimeUnixNano)
    prefix(WireTags.MetricData.dataPoints, since: mark)
  }

  private mutating func exemplar(_ tag: UInt8, _ exemplar: borrowing Borrowed<Metric.Exemplar>) {
    typealias Tags = WireTags.Exemplar
    ensure(0)
    let mark = written
    attributes(Tags.filteredAttributes, exemplar.value.filteredAttributes)
    if case .int(let value)? = exemplar.value.value { requiredFixed64Field(Tags.int, UInt64(bitPattern: value)) }
    traceIDField(Tags.traceID, exemplar.value.traceID)
    spanIDField(Tags.spanID, exemplar.value.spanID)
    if case .double(let value)? = exemplar.value.value { doubleField(Tags.double, value) }
    fixed64Field(Tags.timeUnixNano, exemplar.value.timeUnixNano)
    prefix(tag, since: mark)
    ensure(0)
  }

  private mutating func buckets(_ tag: UInt8, _ buckets: Metric.ExponentialHistogramDataPoint.Buckets) {
    let mark = written
    packedVarints(WireTags.Buckets.bucketCounts, buckets.bucketCounts)
    signedVarintField(WireTags.Buckets.offset, buckets.offset)
    prefix(tag, since: mark)
  }
}

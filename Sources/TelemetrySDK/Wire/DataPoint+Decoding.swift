extension Metric.NumberDataPoint: DecodablePoint {
  init(from fields: FieldReader) {
    typealias Tags = WireTags.NumberDataPoint
    self.init(nil, timeUnixNano: 0)
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case Tags.startTimeUnixNano: startTimeUnixNano = fields.fixed64()
      case Tags.timeUnixNano: timeUnixNano = fields.fixed64()
      case Tags.double: value = .double(Double(bitPattern: fields.fixed64()))
      case Tags.exemplars: exemplars.append(Metric.Exemplar(from: fields.message()))
      case Tags.int: value = .int(Int64(bitPattern: fields.fixed64()))
      case Tags.attributes: attributes.elements.append(.init(from: fields.message()))
      case Tags.flags: flags = Metric.DataPointFlags(from: &fields)
      default: fields.skip(tag)
      }
    }
  }
}

extension Metric.HistogramDataPoint: DecodablePoint {
  init(from fields: FieldReader) {
    typealias Tags = WireTags.HistogramDataPoint
    self.init(timeUnixNano: 0, count: 0)
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case Tags.startTimeUnixNano: startTimeUnixNano = fields.fixed64()
      case Tags.timeUnixNano: timeUnixNano = fields.fixed64()
      case Tags.count: count = fields.fixed64()
      case Tags.sum: sum = Double(bitPattern: fields.fixed64())
      case Tags.bucketCounts: bucketCounts = fields.message().fixed64s { $0 }
      case Tags.explicitBounds: explicitBounds = fields.message().fixed64s { Double(bitPattern: $0) }
      case Tags.exemplars: exemplars.append(Metric.Exemplar(from: fields.message()))
      case Tags.attributes: attributes.elements.append(.init(from: fields.message()))
      case Tags.flags: flags = Metric.DataPointFlags(from: &fields)
      case Tags.min: min = Double(bitPattern: fields.fixed64())
      case Tags.max: max = Double(bitPattern: fields.fixed64())
      default: fields.skip(tag)
      }
    }
  }
}

extension Metric.ExponentialHistogramDataPoint: DecodablePoint {
  init(from fields: FieldReader) {
    typealias Tags = WireTags.ExponentialHistogramDataPoint
    self.init(timeUnixNano: 0, count: 0, scale: 0)
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case Tags.attributes: attributes.elements.append(.init(from: fields.message()))
      case Tags.startTimeUnixNano: startTimeUnixNano = fields.fixed64()
      case Tags.timeUnixNano: timeUnixNano = fields.fixed64()
      case Tags.count: count = fields.fixed64()
      case Tags.sum: sum = Double(bitPattern: fields.fixed64())
      case Tags.scale: scale = fields.signedVarint()
      case Tags.zeroCount: zeroCount = fields.fixed64()
      case Tags.positive: positive = Buckets(from: fields.message())
      case Tags.negative: negative = Buckets(from: fields.message())
      case Tags.flags: flags = Metric.DataPointFlags(from: &fields)
      case Tags.exemplars: exemplars.append(Metric.Exemplar(from: fields.message()))
      case Tags.min: min = Double(bitPattern: fields.fixed64())
      case Tags.max: max = Double(bitPattern: fields.fixed64())
      case Tags.zeroThreshold: zeroThreshold = Double(bitPattern: fields.fixed64())
      default: fields.skip(tag)
      }
    }
  }
}

extension Metric.ExponentialHistogramDataPoint.Buckets {
  init(from fields: FieldReader) {
    self.init()
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case WireTags.Buckets.offset: offset = fields.signedVarint()
      case WireTags.Buckets.bucketCounts: bucketCounts = fields.message().varints()
      default: fields.skip(tag)
      }
    }
  }
}

extension Metric.SummaryDataPoint: DecodablePoint {
  init(from fields: FieldReader) {
    typealias Tags = WireTags.SummaryDataPoint
    self.init(timeUnixNano: 0, count: 0, sum: 0)
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case Tags.startTimeUnixNano: startTimeUnixNano = fields.fixed64()
      case Tags.timeUnixNano: timeUnixNano = fields.fixed64()
      case Tags.count: count = fields.fixed64()
      case Tags.sum: sum = Double(bitPattern: fields.fixed64())
      case Tags.quantileValues: quantileValues.append(ValueAtQuantile(from: fields.message()))
      case Tags.attributes: attributes.elements.append(.init(from: fields.message()))
      case Tags.flags: flags = Metric.DataPointFlags(from: &fields)
      default: fields.skip(tag)
      }
    }
  }
}

extension Metric.SummaryDataPoint.ValueAtQuantile {
  init(from fields: FieldReader) {
    self.init(quantile: 0, value: 0)
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case WireTags.ValueAtQuantile.quantile: quantile = Double(bitPattern: fields.fixed64())
      case WireTags.ValueAtQuantile.value: value = Double(bitPattern: fields.fixed64())
      default: fields.skip(tag)
      }
    }
  }
}

extension Metric.Exemplar {
  init(from fields: FieldReader) {
    typealias Tags = WireTags.Exemplar
    self.init(nil, timeUnixNano: 0)
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case Tags.timeUnixNano: timeUnixNano = fields.fixed64()
      case Tags.double: value = .double(Double(bitPattern: fields.fixed64()))
      case Tags.spanID: spanID = SpanID(from: fields.message())
      case Tags.traceID: traceID = TraceID(from: fields.message())
      case Tags.int: value = .int(Int64(bitPattern: fields.fixed64()))
      case Tags.filteredAttributes: filteredAttributes.elements.append(.init(from: fields.message()))
      default: fields.skip(tag)
      }
    }
  }
}

extension Metric.DataPointFlags {
  fileprivate init(from fields: inout FieldReader) {
    self.init(rawValue: UInt32(truncatingIfNeeded: fields.varint()))
  }
}

extension FieldReader {
  /// An integer with the sign in the lowest bit.
  fileprivate mutating func signedVarint() -> Int32 {
    let bits = UInt32(truncatingIfNeeded: varint())
    return Int32(bitPattern: bits >> 1) ^ -Int32(bitPattern: bits & 1)
  }

  /// The values of a packed field.
  fileprivate func fixed64s<Value>(_ value: (UInt64) -> Value) -> [Value] {
    var (fields, values) = (self, [Value]())
    values.reserveCapacity(fields.count / 8)
    while fields.count > 0 { values.append(value(fields.fixed64())) }
    return values
  }

  /// The values of a packed field.
  fileprivate func varints() -> [UInt64] {
    var (fields, values) = (self, [UInt64]())
    while fields.count > 0 { values.append(fields.varint()) }
    return values
  }
}

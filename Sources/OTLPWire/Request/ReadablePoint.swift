internal import TelemetrySDK

/// A data point of any kind, from elsewhere.
protocol ReadablePoint {
  static func read(_ reader: ProtobufReader, _ attributes: inout AttributeReader) throws(WireError) -> Self
}

extension Metric.NumberDataPoint: ReadablePoint {
  static func read(_ reader: ProtobufReader, _ attributes: inout AttributeReader) throws(WireError) -> Self {
    typealias Tag = WireTags.NumberDataPoint
    var reader = reader
    try attributes.count(reader)
    var point = Metric.NumberDataPoint(nil, timeUnixNano: 0)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case Tag.startTimeUnixNano: point.startTimeUnixNano = try reader.fixed64()
      case Tag.timeUnixNano: point.timeUnixNano = try reader.fixed64()
      case Tag.double: point.value = .double(try reader.double())
      case Tag.exemplars: point.exemplars.append(try attributes.exemplar(try reader.message()))
      case Tag.int: point.value = .int(Int64(bitPattern: try reader.fixed64()))
      case Tag.attributes: point.attributes.elements.append(try attributes.keyValue(try reader.message()))
      case Tag.flags: point.flags = Metric.DataPointFlags(rawValue: try reader.uint32())
      default: try reader.skip(tag)
      }
    }
    return point
  }
}

extension Metric.HistogramDataPoint: ReadablePoint {
  static func read(_ reader: ProtobufReader, _ attributes: inout AttributeReader) throws(WireError) -> Self {
    var reader = reader
    try attributes.count(reader)
    var point = Metric.HistogramDataPoint(timeUnixNano: 0, count: 0)
    while let tag = try reader.nextTag() { try point.read(tag, &reader, &attributes) }
    return point
  }

  private mutating func read(
    _ tag: UInt32, _ reader: inout ProtobufReader, _ attributeReader: inout AttributeReader
  ) throws(WireError) {
    typealias Tag = WireTags.HistogramDataPoint
    switch WireTags.short(tag) {
    case Tag.startTimeUnixNano: startTimeUnixNano = try reader.fixed64()
    case Tag.timeUnixNano: timeUnixNano = try reader.fixed64()
    case Tag.count: count = try reader.fixed64()
    case Tag.sum: sum = try reader.double()
    case Tag.bucketCount: bucketCounts.append(try reader.fixed64())
    case Tag.bucketCounts:
      try reader.packed { (values) throws(WireError) in bucketCounts.append(try values.fixed64()) }
    case Tag.explicitBound: explicitBounds.append(try reader.double())
    case Tag.explicitBounds:
      try reader.packed { (values) throws(WireError) in explicitBounds.append(try values.double()) }
    case Tag.exemplars: exemplars.append(try attributeReader.exemplar(try reader.message()))
    case Tag.attributes: attributes.elements.append(try attributeReader.keyValue(try reader.message()))
    case Tag.flags: flags = Metric.DataPointFlags(rawValue: try reader.uint32())
    case Tag.min: min = try reader.double()
    case Tag.max: max = try reader.double()
    default: try reader.skip(tag)
    }
  }
}

extension Metric.ExponentialHistogramDataPoint: ReadablePoint {
  static func read(_ reader: ProtobufReader, _ attributes: inout AttributeReader) throws(WireError) -> Self {
    var reader = reader
    try attributes.count(reader)
    var point = Metric.ExponentialHistogramDataPoint(timeUnixNano: 0, count: 0, scale: 0)
    while let tag = try reader.nextTag() { try point.read(tag, &reader, &attributes) }
    return point
  }

  private mutating func read(
    _ tag: UInt32, _ reader: inout ProtobufReader, _ attributeReader: inout AttributeReader
  ) throws(WireError) {
    typealias Tag = WireTags.ExponentialHistogramDataPoint
    switch WireTags.short(tag) {
    case Tag.attributes: attributes.elements.append(try attributeReader.keyValue(try reader.message()))
    case Tag.startTimeUnixNano: startTimeUnixNano = try reader.fixed64()
    case Tag.timeUnixNano: timeUnixNano = try reader.fixed64()
    case Tag.count: count = try reader.fixed64()
    case Tag.sum: sum = try reader.double()
    case Tag.scale: scale = try reader.signedVarint()
    case Tag.zeroCount: zeroCount = try reader.fixed64()
    case Tag.positive: try attributeReader.buckets(try reader.message(), &positive)
    case Tag.negative: try attributeReader.buckets(try reader.message(), &negative)
    case Tag.flags: flags = Metric.DataPointFlags(rawValue: try reader.uint32())
    case Tag.exemplars: exemplars.append(try attributeReader.exemplar(try reader.message()))
    case Tag.min: min = try reader.double()
    case Tag.max: max = try reader.double()
    case Tag.zeroThreshold: zeroThreshold = try reader.double()
    default: try reader.skip(tag)
    }
  }
}

extension Metric.SummaryDataPoint: ReadablePoint {
  static func read(_ reader: ProtobufReader, _ attributes: inout AttributeReader) throws(WireError) -> Self {
    typealias Tag = WireTags.SummaryDataPoint
    var reader = reader
    try attributes.count(reader)
    var point = Metric.SummaryDataPoint(timeUnixNano: 0, count: 0, sum: 0)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case Tag.startTimeUnixNano: point.startTimeUnixNano = try reader.fixed64()
      case Tag.timeUnixNano: point.timeUnixNano = try reader.fixed64()
      case Tag.count: point.count = try reader.fixed64()
      case Tag.sum: point.sum = try reader.double()
      case Tag.quantileValues: point.quantileValues.append(try attributes.valueAtQuantile(try reader.message()))
      case Tag.attributes: point.attributes.elements.append(try attributes.keyValue(try reader.message()))
      case Tag.flags: point.flags = Metric.DataPointFlags(rawValue: try reader.uint32())
      default: try reader.skip(tag)
      }
    }
    return point
  }
}

extension AttributeReader {
  fileprivate mutating func exemplar(_ reader: ProtobufReader) throws(WireError) -> Metric.Exemplar {
    typealias Tag = WireTags.Exemplar
    var reader = reader
    try count(reader)
    var exemplar = Metric.Exemplar(nil, timeUnixNano: 0)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case Tag.timeUnixNano: exemplar.timeUnixNano = try reader.fixed64()
      case Tag.double: exemplar.value = .double(try reader.double())
      case Tag.spanID: exemplar.spanID = try reader.spanID()
      case Tag.traceID: exemplar.traceID = try reader.traceID()
      case Tag.int: exemplar.value = .int(Int64(bitPattern: try reader.fixed64()))
      case Tag.filteredAttributes:
        exemplar.filteredAttributes.elements.append(try keyValue(try reader.message()))
      default: try reader.skip(tag)
      }
    }
    return exemplar
  }

  fileprivate mutating func valueAtQuantile(
    _ reader: ProtobufReader
  ) throws(WireError) -> Metric.SummaryDataPoint.ValueAtQuantile {
    var reader = reader
    try count(reader)
    var value = Metric.SummaryDataPoint.ValueAtQuantile(quantile: 0, value: 0)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.ValueAtQuantile.quantile: value.quantile = try reader.double()
      case WireTags.ValueAtQuantile.value: value.value = try reader.double()
      default: try reader.skip(tag)
      }
    }
    return value
  }

  fileprivate mutating func buckets(
    _ reader: ProtobufReader, _ result: inout Metric.ExponentialHistogramDataPoint.Buckets?
  ) throws(WireError) {
    var reader = reader
    var buckets = result ?? .init()
    result = nil  // so that appending doesn't copy
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Buckets.offset: buckets.offset = try reader.signedVarint()
      case WireTags.Buckets.bucketCount: buckets.bucketCounts.append(try bucketCount(&reader))
      case WireTags.Buckets.bucketCounts:
        try reader.packed { (values) throws(WireError) in buckets.bucketCounts.append(try bucketCount(&values)) }
      default: try reader.skip(tag)
      }
    }
    result = buckets
  }

  /// Counts as an item, since a byte can encode it.
  private mutating func bucketCount(_ reader: inout ProtobufReader) throws(WireError) -> UInt64 {
    try count(reader)
    return try reader.varint()
  }
}

extension ProtobufReader {
  /// An integer with the sign in the lowest bit.
  fileprivate mutating func signedVarint() throws(WireError) -> Int32 {
    let bits = try uint32()
    return Int32(bitPattern: bits >> 1) ^ -Int32(bitPattern: bits & 1)
  }

  /// Calls `body` for each value of a packed field (6.8.5).
  fileprivate mutating func packed(
    _ body: (inout ProtobufReader) throws(WireError) -> Void
  ) throws(WireError) {
    var values = try message()
    while !values.isAtEnd { try body(&values) }
  }
}

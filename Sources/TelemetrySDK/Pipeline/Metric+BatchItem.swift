extension Metric: BatchItem {
  /// Metrics.
  public static var signal: OTLPSignal { .metrics }

  /// Writes the fields of OTLP's `Metric`.
  public func encode(to writer: inout ProtobufWriter) { writer.metric(self) }

  /// Reads the fields of OTLP's `Metric`.
  public init(_ encoded: borrowing EncodedItem) {
    unsafe self.init(decoding: encoded.message, resource: encoded.resource, scope: encoded.scope)
  }

  /// The number of data points: what outcomes and ledgers count of a metric (RULES 1.3.1).
  public var itemCount: Int { dataPointCount }

  /// The number of data points in a `Metric` that this module wrote.
  @unsafe
  package static func dataPointCount(of message: UnsafeRawBufferPointer) -> Int {
    var fields = unsafe FieldReader(message)
    var count = 0
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case WireTags.Metric.gauge, WireTags.Metric.sum, WireTags.Metric.histogram,
        WireTags.Metric.exponentialHistogram, WireTags.Metric.summary:
        var data = fields.message()
        while let tag = data.nextTag() {
          if tag == WireTags.MetricData.dataPoints { count += 1 }
          data.skip(tag)
        }
      default: fields.skip(tag)
      }
    }
    return count
  }
}

internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

/// The encoding of metrics.
enum Metrics {
  private static let encoder = ExportRequestEncoder()

  /// Checks that decoded metrics survive the encoding, and that parts of them have all data points.
  static func request(_ bytes: [UInt8]) {
    guard let metrics = try? ExportRequestDecoder.decode(bytes, as: Metric.self) else { return }
    let points = metrics.reduce(0) { $0 + $1.dataPointCount }
    let request = encoder.encode(MetricBatch(metrics))
    let message = request.protobuf.array
    rule(request.itemCount == points, "\(points) data points, \(request.itemCount) encoded")
    // Bytes are compared, because NaN is not equal to itself. Grouping may change the order once, not twice.
    do {
      let again = try ExportRequestDecoder.decode(message, as: Metric.self)
      rule(again.count == metrics.count, "\(metrics.count) metrics, \(again.count) read back")
      rule(encoder.encode(MetricBatch(again)).protobuf.array == message, "read back as another request")
    } catch {
      rule(false, "not read back: \(error)")
    }
    split(request)
  }

  private static func split(_ request: ExportRequest) {
    guard request.itemCount > 1, let halves = request.split() else { return }
    let parts = [halves.0, halves.1].map { half -> Int in
      let metrics = try? ExportRequestDecoder.decode(half.protobuf.array, as: Metric.self)
      return metrics?.reduce(0) { $0 + $1.dataPointCount } ?? -1
    }
    rule(parts == [halves.0.itemCount, halves.1.itemCount], "halves of \(parts) data points")
    rule(parts.reduce(0, +) == request.itemCount, "data points lost by splitting")
  }
}

internal import OTLPWire
internal import TelemetrySDK

/// The encodings of log records.
enum LogRecords {
  private static let encoder = ExportRequestEncoder()

  static func request(_ bytes: [UInt8]) {
    guard let records = try? ExportRequestDecoder.decode(bytes, as: LogRecord.self) else { return }
    let batch = LogRecordBatch(records)
    // A record with more values than any request holds isn't written.
    rule(batch.count == records.count, "\(records.count) records, \(batch.count) in a batch")
    let request = encoder.encode(batch)
    let message = request.protobuf.array
    rule(request.itemCount == records.count, "\(records.count) records, \(request.itemCount) encoded")
    // Bytes are compared, because NaN is not equal to itself. Grouping may change the order once, not twice.
    do {
      let again = try ExportRequestDecoder.decode(message, as: LogRecord.self)
      rule(again.count == records.count, "\(records.count) records, \(again.count) read back")
      rule(encoder.encode(LogRecordBatch(again)).protobuf.array == message, "read back as another request")
    } catch {
      rule(false, "not read back: \(error)")
    }
    // The pipeline's own reader of its bytes agrees with the reader of foreign ones.
    rule(encoder.encode(LogRecordBatch(Array(batch))).protobuf.array == message, "a batch reads other records")
    split(request)
  }

  private static func split(_ request: ExportRequest) {
    guard request.itemCount > 1, let halves = request.split() else { return }
    let parts = [halves.0, halves.1].map {
      (try? ExportRequestDecoder.decode($0.protobuf.array, as: LogRecord.self).count) ?? -1
    }
    rule(parts == [halves.0.itemCount, halves.1.itemCount], "halves of \(parts) records")
    rule(parts.reduce(0, +) == request.itemCount, "records lost by splitting")
  }
}

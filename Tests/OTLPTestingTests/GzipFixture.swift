import OTLPExport

enum GzipFixture {
  /// A body whose message is compressed.
  static func body(_ message: [UInt8]) -> [UInt8] {
    let packed = Gzip.compress(message)
    let count = UInt32(packed.count)
    return [1, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + packed
  }
}

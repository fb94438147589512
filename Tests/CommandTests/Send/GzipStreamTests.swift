import OTLPExport
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct GzipStreamTests {
  /// Inflates the bytes in pieces of `size` bytes.
  private func inflated(_ bytes: [UInt8], by size: Int) throws(GzipStream.Failure) -> [UInt8] {
    let stream = GzipStream()
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      try stream.inflate(Array(bytes[start..<min(bytes.count, start + size)])) { result += $0 }
    }
    try stream.finish()
    return result
  }

  @Test func gzipIsInflatedInPiecesOfAnySize() throws {
    let text = [UInt8]((0..<200_000).map { UInt8($0 * 7 % 251 / 3) })
    let packed = Gzip.compress(text)
    let two = packed + Gzip.compress(Array("end".utf8)) + [0, 0, 0]
    for size in [1, 13, 4096, 1 << 20] {
      #expect(try inflated(packed, by: size) == text)
      #expect(try inflated(two, by: size) == text + Array("end".utf8))
    }
    let bomb = Gzip.compress([UInt8](repeating: 0, count: 8 << 20))
    #expect(try inflated(bomb, by: bomb.count).count == 8 << 20)
  }

  @Test func damagedAndTruncatedGzipAreDistinguished() {
    let packed = Gzip.compress(Array("some text that is long enough".utf8))
    for count in 1..<packed.count {
      #expect(throws: GzipStream.Failure.cutShort) { try inflated(Array(packed.prefix(count)), by: 5) }
    }
    var bad = packed
    bad[bad.count - 6] ^= 1
    #expect(throws: GzipStream.Failure.damaged) { try inflated(bad, by: 5) }
    #expect(throws: GzipStream.Failure.damaged) { try inflated(packed + [7, 7, 7], by: 5) }
  }
}

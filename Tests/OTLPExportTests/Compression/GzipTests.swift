import OTLPExport
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct GzipTests {
  private static let text = Array(String(repeating: "a span like the one before, ", count: 4000).utf8)

  @Test(arguments: [0, 1, 4095, 4096, 100_000]) func compressedBytesInflateToTheOriginal(count: Int) throws {
    let source = Array(GzipTests.text.prefix(count))
    for level in [1, 6, 9] {
      #expect(try Gzip.inflate(Gzip.compress(source, level: level), limit: count) == source)
    }
  }

  @Test func theContainerIsGzip() {  // 5.1.12
    #expect(Gzip.compress([1, 2, 3]).starts(with: [0x1F, 0x8B, 8]))
  }

  @Test func aReusedCompressorStartsAfresh() {  // 5.1.12: a new context for each message
    let compressor = GzipCompressor(level: 1)
    let source = RawBuffer(GzipTests.text)
    let target = RawBuffer(capacity: compressor.bound(source.capacity))
    func once() -> [UInt8] {
      let count = compressor.compress(
        source.bytes(0..<source.capacity), into: .init(start: target.base, count: target.capacity))
      return BufferSlice(buffer: target, range: 0..<(count ?? 0)).array
    }
    let first = once()
    #expect(first.count > 100)
    #expect(once() == first)
  }

  @Test func aSmallTargetGivesNil() {
    let compressor = GzipCompressor(level: 1)
    let source = RawBuffer(GzipTests.text)
    let target = RawBuffer(capacity: 30)
    #expect(compressor.compress(source.bytes(0..<1000), into: .init(start: target.base, count: 30)) == nil)
    // and the next message isn't harmed
    let enough = RawBuffer(capacity: compressor.bound(1000))
    let count = compressor.compress(
      source.bytes(0..<1000), into: .init(start: enough.base, count: enough.capacity))
    let bytes = BufferSlice(buffer: enough, range: 0..<(count ?? 0)).array
    #expect((try? Gzip.inflate(bytes, limit: 1000)) == Array(GzipTests.text.prefix(1000)))
  }

  @Test func theLimitHoldsExactly() throws {  // 5.2.13
    let packed = Gzip.compress(GzipTests.text)
    #expect(try Gzip.inflate(packed, limit: GzipTests.text.count).count == GzipTests.text.count)
    #expect(throws: GzipError.tooLarge) { try Gzip.inflate(packed, limit: GzipTests.text.count - 1) }
    #expect(throws: GzipError.tooLarge) { try Gzip.inflate(packed, limit: 0) }
  }

  @Test func inflationStopsAtTheLimit() {  // 5.2.13; 64 MiB in 64 KiB
    let bomb = Gzip.compress([UInt8](repeating: 0, count: 64 << 20), level: 9)
    #expect(bomb.count < 100_000)
    #expect(throws: GzipError.tooLarge) { try Gzip.inflate(bomb, limit: 4 << 20) }
  }

  @Test("empty members of a message add nothing, and the room grows again after them")
  func emptyMembers() throws {
    let empty = Gzip.compress([])
    let members = Array([[UInt8]](repeating: empty, count: 100).joined())
    #expect(try Gzip.inflate(members + Gzip.compress(GzipTests.text) + members, limit: 4 << 20) == GzipTests.text)
  }

  @Test func severalMembersAreOneMessage() throws {
    let packed = Gzip.compress([1, 2, 3]) + Gzip.compress([]) + Gzip.compress([4])
    #expect(try Gzip.inflate(packed, limit: 10) == [1, 2, 3, 4])
    #expect(throws: GzipError.damaged) { try Gzip.inflate(packed + [0], limit: 10) }
  }

  @Test func damagedInputIsAnError() {
    let packed = Gzip.compress(Array(GzipTests.text.prefix(1000)))
    #expect(throws: GzipError.damaged) { try Gzip.inflate([], limit: 1000) }
    #expect(throws: GzipError.damaged) { try Gzip.inflate(Array("plain text".utf8), limit: 1000) }
    for count in [1, 9, 10, packed.count / 2, packed.count - 1] {
      #expect(throws: GzipError.damaged) { try Gzip.inflate(Array(packed.prefix(count)), limit: 1000) }
    }
    var flipped = packed
    flipped[packed.count - 5] ^= 1  // the checksum
    #expect(throws: GzipError.damaged) { try Gzip.inflate(flipped, limit: 1000) }
  }
}

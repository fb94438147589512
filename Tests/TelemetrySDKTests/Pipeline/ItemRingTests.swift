import Glibc
import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// The queue, and memory that grows and shrinks by chunks.
@Suite(.ownThreads) struct ItemRingTests {
  private final class Token: Sendable {}

  @Test("items leave in the order of their addition", arguments: [1, 3, 255, 256, 257, 2000], 0..<4)
  func behavesAsAQueue(_ capacity: Int, _ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var ring = ItemRing<Int>(capacity: capacity, keeping: capacity / 2)
    var model: [(item: Int, size: Int)] = []
    var next = 0
    for _ in 0..<2000 {
      switch random.next() % 8 {
      case 0..<5:
        for _ in 0..<Int(random.next() % 200) where model.count < capacity {
          let size = Int(random.next() % 100)
          ring.append(next, bytes: size)
          model.append((next, size))
          next += 1
        }
      case 5:
        guard let first = model.first else { continue }
        let (item, size) = ring.removeFirst()
        #expect(item == first.item && size == first.size)
        model.removeFirst()
      default:
        let number = Int(random.next() % UInt64(model.count + 1))
        let most = random.next() % 2 == 0 ? Int.max : Int(random.next() % 20_000)
        let (items, bytes) = ring.removeFirst(number, maxBytes: most)
        var expected: [(item: Int, size: Int)] = []
        var sum = 0
        for entry in model.prefix(number) {
          if !expected.isEmpty, sum + entry.size > most { break }
          expected.append(entry)
          sum += entry.size
        }
        #expect(items == expected.map(\.item) && bytes == sum)
        model.removeFirst(expected.count)
      }
      #expect(ring.count == model.count && ring.bytes == model.reduce(0) { $0 + $1.size })
    }
  }

  @Test("sizes don't overflow when a batch is bounded in bytes")
  func hugeSizes() {
    var ring = ItemRing<Int>(capacity: 10, keeping: 10)
    ring.append(1, bytes: 5)
    ring.append(2, bytes: .max - 5)
    #expect(ring.removeFirst(2, maxBytes: 1 << 20).0 == [1])
    #expect(ring.removeFirst(1, maxBytes: 1 << 20).0 == [2])
  }

  @Test("the ring releases its remaining items exactly once", arguments: [0, 1, 256, 700])
  func releases(_ count: Int) {
    let token = Token()
    weak let watched = token
    do {
      var ring = ItemRing<Token>(capacity: 1000, keeping: 100)
      for _ in 0..<300 { ring.append(Token(), bytes: 1) }
      _ = ring.removeFirst(300)
      for _ in 0..<count { ring.append(token, bytes: 1) }
      if count > 0 { _ = ring.removeFirst() }
    }
    #expect(watched != nil)
    withExtendedLifetime(token) {}
  }

  @Test("a queue of 16 million items allocates memory only as it fills")
  func largestQueue() throws {
    let before = try Self.addressSpace()
    try onVirtualLoop { loop in
      let processors = try (0..<8).map { _ in
        try BatchProcessor(
          exporter: InMemorySpanExporter(), configuration: .init { $0.maxQueueSize = 1 << 24 }, loop: loop)
      }
      // Each queue once took 2.8 GB.
      #expect(try Self.addressSpace() - before < 8 << 30)
      for processor in processors { _ = await processor.shutdown(within: .zero) }
    }
  }

  private static func addressSpace() throws -> Int {
    let descriptor = open("/proc/self/statm", O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    return try #require(Int(text.prefix { $0 != " " })) * 4096
  }
}

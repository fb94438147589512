internal import TelemetryCore

/// A direction of a simulated connection: bytes in transit, and arrived bytes that are unread.
struct SimulatedFlow {
  private(set) var unread: [UInt8] = []
  private var head = 0
  /// The number of written bytes that have not arrived.
  var inTransit = 0
  /// The total number of written bytes.
  var written = 0
  /// The arrival of the last bytes. Later bytes arrive no earlier.
  var lastArrival = MonotonicInstant(nanoseconds: 0)
  /// The writer's close has arrived at the reader.
  var hasEnded = false
  /// A write found no room, so the writer is notified when a read frees some.
  var writerWaits = false

  /// The number of bytes that are in transit or unread.
  var buffered: Int { inTransit + unread.count - head }

  mutating func arrive(_ bytes: [UInt8]) {
    inTransit -= bytes.count
    if head == unread.count {
      unread = bytes
      head = 0
    } else {
      unread += bytes
    }
  }

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, unread.count - head)
    guard count > 0 else { return 0 }
    unsafe unread[head..<head + count].withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
    head += count
    if head == unread.count {
      unread.removeAll(keepingCapacity: true)
      head = 0
    }
    return count
  }

  mutating func discard() {
    unread = []
    head = 0
  }
}

package import HTTP2Transport
internal import TelemetryCore

/// The two ends of a simulated connection.
package enum SimulatedSide: Int, Sendable, Hashable, CaseIterable {
  /// The one that connected.
  case client
  /// The one that listened.
  case server

  package var other: SimulatedSide { self == .client ? .server : .client }
}

/// How a simulated connection behaves.
package struct SimulatedLink: Sendable {
  /// Something that befalls a connection.
  package enum Fault: Sendable, Hashable {
    /// The connection is lost when this side has sent so many bytes; they arrive, then both ends see a reset.
    case cut(afterBytes: Int, from: SimulatedSide)
    /// The connection is lost so long after it was made.
    case cutAfter(Duration)
    /// What this side sends past so many bytes never arrives, and nobody is told.
    case blackHole(afterBytes: Int, from: SimulatedSide)
    /// So long after the connection was made nothing that either side sends arrives any more, and nobody is told: the
    /// peer's machine is gone, or a firewall has forgotten the connection.
    case deadAfter(Duration)
    /// What this side sends past so many bytes arrives so much later.
    case stall(afterBytes: Int, from: SimulatedSide, for: Duration)
  }

  /// The time that bytes are under way, drawn anew for each write; they never overtake each other.
  package var latency: ClosedRange<Duration> = .microseconds(100) ... .microseconds(300)
  /// The most bytes that one write takes, drawn anew for each; nil for no limit but the buffer.
  package var writeSize: ClosedRange<Int>?
  /// The most bytes on their way and unread, each way.
  package var bufferSize = 256 << 10
  /// What befalls the connection.
  package var faults: [Fault] = []

  package init() {}

  package init(faults: [Fault]) { self.faults = faults }
}

/// What becomes of an attempt to connect.
package enum SimulatedConnect: Sendable {
  /// It succeeds, if somebody listens.
  case link(SimulatedLink)
  /// It is refused after one way there and back.
  case refuse
  /// Nothing ever answers.
  case ignore
}

/// What a simulated resolver says of a name.
package enum SimulatedHost: Sendable, Hashable {
  /// IPv4 addresses, after a delay.
  case addresses([UInt32], delay: Duration = .milliseconds(1))
  /// Addresses of any kind, in this order, after a delay; the port is the caller's.
  case sockets([SocketAddress], delay: Duration = .milliseconds(1))
  /// A failure, after a delay.
  case fails(reason: String, delay: Duration = .milliseconds(1))
  /// No answer, ever.
  case ignored
}

/// One way of a simulated connection: bytes under way, and bytes that arrived and have not been read.
struct SimulatedFlow {
  private(set) var unread: [UInt8] = []
  private var head = 0
  /// Bytes that were written and have not arrived.
  var underWay = 0
  /// Bytes that were ever written.
  var written = 0
  /// When the last bytes arrive: later ones don't overtake them.
  var lastArrival = MonotonicInstant(nanoseconds: 0)
  /// The writer has closed; the end has arrived at the reader.
  var hasEnded = false
  /// A write found no room; the writer is to hear when there is some.
  var writerWaits = false

  var unreadCount: Int { unread.count - head }

  /// What was written, when the last of it arrives, and what is not read.
  var load: (written: Int, lastArrival: MonotonicInstant, waiting: Int) {
    (written, lastArrival, underWay + unreadCount)
  }

  mutating func arrive(_ bytes: [UInt8]) {
    underWay -= bytes.count
    if head == unread.count {
      unread = bytes
      head = 0
    } else {
      unread += bytes
    }
  }

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, unreadCount)
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

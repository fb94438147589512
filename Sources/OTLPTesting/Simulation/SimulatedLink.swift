internal import TelemetryCore

/// The behavior of a simulated connection.
package struct SimulatedLink: Sendable {
  /// A fault of a connection.
  package enum Fault: Sendable, Hashable {
    /// The connection is reset when this side has sent this number of bytes, which still arrive.
    case cut(afterBytes: Int, from: SimulatedSide)
    /// The connection is reset at this age.
    case cutAfter(Duration)
    /// Bytes of this side beyond this number are lost without an error.
    case blackHole(afterBytes: Int, from: SimulatedSide)
    /// From this age on, all bytes of both sides are lost without an error, as when the peer's machine is gone or a
    /// firewall has dropped the connection.
    case deadAfter(Duration)
    /// The write of this side that passes this number of bytes arrives later by this duration, and so do the next ones.
    case stall(afterBytes: Int, from: SimulatedSide, for: Duration)
  }

  /// The time between a write and its arrival, random for each write. Writes arrive in order.
  package var latency: ClosedRange<Duration> = .microseconds(100) ... .microseconds(300)
  /// The maximum number of bytes of one write, random for each write, or nil for no limit beside the buffer.
  package var writeSize: ClosedRange<Int>?
  /// The maximum number of bytes in transit and unread, in each direction.
  package var bufferSize = 256 << 10
  package var faults: [Fault] = []

  package init() {}

  package init(faults: [Fault]) { self.faults = faults }
}

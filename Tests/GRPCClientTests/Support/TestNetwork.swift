import HTTP2Transport
import Synchronization
import TelemetryCore

/// A network that resolves no name and refuses every connection.
struct DeadNetwork: Network {
  func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
    throw .unresolved(host: host, reason: "no such name")
  }

  func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    throw .connect(address: address, error: SystemError(call: "connect", code: 111))
  }
}

/// A clock that moves only by timers: a wait ends at the deadline at once.
final class ManualPoller: Poller {
  private let time = Atomic<Int64>(1_000_000_000)

  var now: MonotonicInstant { .init(nanoseconds: time.load(ordering: .relaxed)) }

  func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent]) {
    precondition(!deadline.isNever, "nothing is left to happen")
    time.store(max(now, deadline.instant).nanoseconds, ordering: .relaxed)
  }

  func wake() {}
  func add(descriptor: Int32, token: HandlerToken) {}
  func remove(descriptor: Int32) {}
}

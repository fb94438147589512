internal import OTLPSystem

/// The outside world of an event loop: the time, waiting, and wake-ups.
///
/// The system's poller is epoll on Linux and kqueue on macOS; a simulation replaces the poller and with it the clock.
package protocol Poller: AnyObject, Sendable {
  /// The present time. Any thread.
  var now: MonotonicInstant { get }

  /// The present time of a clock that also counts while the machine is suspended. Any thread.
  var continuousNow: MonotonicInstant { get }

  /// Waits until a source is ready, `wake()` is called or `deadline` is reached, and appends the events. A deadline that
  /// has passed means no wait. Loop's thread only.
  /// - Parameter now: The value that ``now`` just had.
  func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent])

  /// Ends a running `wait`, or the next one. Any thread.
  func wake()

  /// Registers a file descriptor for all readiness, edge-triggered. Loop's thread only.
  func add(descriptor: Int32, token: HandlerToken) throws(SystemError)

  /// Registers a file descriptor for some readiness, level-triggered, or changes what such a registration waits for: for a
  /// library that reads and writes as far as it likes. Loop's thread only.
  func add(
    descriptor: Int32, token: HandlerToken, levels: Readiness, isRegistered: Bool
  ) throws(SystemError)

  /// Ends a registration; the descriptor must still be open. Loop's thread only.
  func remove(descriptor: Int32)

  /// Opens new descriptors in a forked child, which has closed the parent's.
  func reopenInChild() throws(SystemError)
}

extension Poller {
  /// The same as ``now``, for a world without suspension.
  package var continuousNow: MonotonicInstant { now }

  /// Refuses, for a poller without descriptors.
  package func add(
    descriptor: Int32, token: HandlerToken, levels: Readiness, isRegistered: Bool
  ) throws(SystemError) {
    throw SystemError(call: "poller", code: ENOTSUP)
  }

  /// Does nothing, for a poller without descriptors.
  package func reopenInChild() throws(SystemError) {}
}

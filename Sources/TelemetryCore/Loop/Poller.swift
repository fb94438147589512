/// Where an event loop meets the outside world: the time, waiting, and being woken.
///
/// The system's poller is epoll on Linux and kqueue on macOS; a simulation brings its own and with it a virtual clock.
package protocol Poller: AnyObject, Sendable {
  /// The present time. Any thread.
  var now: MonotonicInstant { get }

  /// The present time of a clock that also counts while the machine is suspended. Any thread.
  var continuousNow: MonotonicInstant { get }

  /// Waits until a source is ready, `wake()` is called or `deadline` is reached, and appends what is ready.
  /// A deadline that has passed only looks. `now` is what ``now`` has just said. Loop's thread only.
  func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent])

  /// Ends a running or the next `wait`. Any thread.
  func wake()

  /// Registers a file descriptor for all readiness, edge-triggered. Loop's thread only.
  func add(descriptor: Int32, token: UInt64) throws(SystemError)

  /// Ends a registration; the descriptor must still be open. Loop's thread only.
  func remove(descriptor: Int32)

  /// Makes new descriptors of its own: this process is a forked child, and closed those that it had.
  func reopenInChild() throws(SystemError)
}

extension Poller {
  /// ``now``: where nothing is ever suspended.
  package var continuousNow: MonotonicInstant { now }

  /// Does nothing: what has no descriptors needs.
  package func reopenInChild() throws(SystemError) {}
}

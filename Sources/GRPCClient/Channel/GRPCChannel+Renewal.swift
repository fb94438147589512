internal import HTTP2Transport
internal import TelemetryCore

/// A connection that is old is replaced while it still works.
extension GRPCChannel {
  /// The present connection is old: looks for another beside it.
  func renew() {
    guard let old = current else { return }
    current?.renewal = MonotonicInstant(nanoseconds: .max)
    renewing?.cancel()
    renewing = Task(executorPreference: loop) { await self.replace(old) }
  }

  private func replace(_ old: Link) async {
    let fresh = await freshLink()
    let takesCalls = await fresh?.connection.acceptsRequests ?? false
    guard takesCalls, let fresh, isCurrent(old) else {
      if isCurrent(old) {
        current?.renewal = age.retry(at: loop.now)
        diagnostics.emit(.debug, "the connection is old, and there is no other", [("server", connector.name)])
      }
      await fresh?.connection.close(deadline: Deadline(loop.now))
      return
    }
    current = fresh
    current?.renewal = age.renewal(bornAt: loop.now)
    draining.removeAll { $0.events.isClosed }
    draining.append(old)
    // Its open calls go on, to their own deadlines.
    await old.connection.close(deadline: .never)
  }

  private func isCurrent(_ link: Link) -> Bool {
    state.phase == .ready && current?.connection === link.connection
  }

  /// One pass over the hosts, each looked up afresh.
  private func freshLink() async -> Link? {
    let deadline = Deadline(loop.now + renewalTimeout)
    for host in connector.hosts.indices where !Task.isCancelled {
      guard case .success(let addresses) = await connector.resolve(host: host, deadline: deadline), !addresses.isEmpty
      else { continue }
      let link = await connector.connect(
        host: host, to: addresses, isLast: host + 1 == connector.hosts.count, deadline: deadline, onEvent: onEvent)
      if let link { return link }
    }
    return nil
  }
}

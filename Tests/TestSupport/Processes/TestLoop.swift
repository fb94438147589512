internal import Synchronization
internal import TelemetryCore

/// The event loop on which tests wait.
enum TestLoop {
  private static let lease = Mutex<TelemetryRuntime.Lease?>(nil)

  static func shared() async throws -> TelemetryLoop {
    try lease.withLock { lease in
      if let lease { return lease.loop }
      let made = try TelemetryRuntime(.development).acquire()
      lease = made
      return made.loop
    }
  }
}

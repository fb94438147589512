/// The threads that telemetry runs on, apart from the app's: event loops and blocking threads. Thread-safe.
///
/// One runtime serves any number of processors and exporters. The threads start with the first user, which holds a
/// ``Lease``, and end with the last lease or by ``shutdown()``. A later user starts the threads again.
///
/// In a forked child no thread of the runtime exists, but its users do: each thread starts there with the first work.
public final class TelemetryRuntime: Sendable {
  struct State {
    var loops: [TelemetryLoop] = []
    var users = 0
    /// The index of the loop that the last user got.
    var last = 0
    /// Counts the stops, so that a lease from before a stop can't end the threads that started after it.
    var generation = 0
  }

  /// The configuration that the runtime was made with.
  public let configuration: Configuration
  let state = Locked(State())
  let blocking: BlockingThreads

  /// The runtime that processors and exporters use by default, with the configuration ``Configuration/production``.
  public static let shared = TelemetryRuntime(validated: .production)

  /// Makes a runtime; no thread is started yet. Throws a `ConfigurationError` for a value outside of its range.
  public convenience init(_ configuration: Configuration = .production) throws(ConfigurationError) {
    try configuration.validate()
    self.init(validated: configuration)
  }

  private init(validated configuration: Configuration) {
    self.configuration = configuration
    blocking = BlockingThreads(configuration)
    ForkedDescriptors.start()
    ForkedLoops.start()
    Fork.join(self)
  }

  deinit {
    Fork.leave(self)
    blocking.shutdown()
  }

  /// Starts the threads if they don't run, and holds them until the lease ends.
  /// - Parameter loop: The event loop to run on, if this runtime has that loop; else the loops are used in turn.
  /// - Throws: A `SystemError` if the system refuses a thread or a poller.
  public func acquire(preferring loop: TelemetryLoop? = nil) throws(SystemError) -> Lease {
    let result = state.withLock { state -> Result<(TelemetryLoop, Int), SystemError> in
      do throws(SystemError) {
        if state.loops.isEmpty { state.loops = try startLoops() }
      } catch {
        return .failure(error)
      }
      state.users += 1
      if let loop, state.loops.contains(where: { $0 === loop }) { return .success((loop, state.generation)) }
      state.last = (state.last + 1) % state.loops.count
      return .success((state.loops[state.last], state.generation))
    }
    let (chosen, generation) = try result.get()
    return Lease(runtime: self, loop: chosen, generation: generation)
  }

  /// Runs blocking work on a blocking thread. The caller is suspended meanwhile, and resumes on the same executor.
  ///
  /// At most `maxBlockingThreads` work at once; further work waits in a queue. The work can't be interrupted.
  public func block<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let promise = Promise<Result<Value, Failure>>()
    blocking.run {
      do throws(Failure) {
        promise.fulfil(.success(try work()))
      } catch {
        promise.fulfil(.failure(error))
      }
    }
    return try await promise.value.get()
  }

  /// Starts blocking work without waiting for the end.
  package func startBlocking(_ work: @escaping @Sendable () -> Void) { blocking.run(work) }

  /// Ends the threads now, even if leases hold them. Blocking work in progress continues.
  ///
  /// Processors and exporters on this runtime close at once. A task that still has to run on an event loop isn't lost: a
  /// thread starts for such tasks and ends with the last of them.
  public func shutdown() {
    stop { $0.users = 0 }
    blocking.shutdown()
  }

  func leaseEnded(_ generation: Int) {
    stop { if $0.generation == generation { $0.users -= 1 } }
  }

  private func stop(_ change: (inout sending State) -> Void) {
    let loops = state.withLock { state -> [TelemetryLoop] in
      change(&state)
      guard state.users == 0, !state.loops.isEmpty else { return [] }
      state.generation += 1
      defer { state.loops = [] }
      return state.loops
    }
    for loop in loops { loop.stop() }
    // Idle blocking threads would otherwise wait until `threadKeepAlive` has passed.
    if !loops.isEmpty { blocking.shutdown() }
  }

  private func startLoops() throws(SystemError) -> [TelemetryLoop] {
    var loops: [TelemetryLoop] = []
    do throws(SystemError) {
      for index in 0..<configuration.workerThreads {
        let loop = TelemetryLoop(
          poller: try SystemPoller(), threadName: "\(configuration.threadNamePrefix)-\(index)",
          threadStackSize: configuration.threadStackSize)
        ForkedLoops.add(loop)
        try loop.start()
        loops.append(loop)
      }
    } catch {
      for loop in loops { loop.stop() }
      throw error
    }
    return loops
  }
}

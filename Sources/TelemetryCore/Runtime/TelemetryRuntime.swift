internal import Synchronization

/// The threads that telemetry runs on, apart from the app's: event loops and blocking threads. Thread-safe.
///
/// One runtime serves any number of processors and exporters. Its threads start with the first user and end when the
/// last one has ended (each holds a ``Lease``), or by ``shutdown()``; a later user starts them again.
///
/// In a forked child the threads don't exist, but its users do: there they start with the first thing to do.
public final class TelemetryRuntime: Sendable {
  /// A user's hold on the runtime: its threads run until the last lease has ended.
  public final class Lease: Sendable {
    /// The runtime that is held.
    public let runtime: TelemetryRuntime
    /// The event loop that this user is to run on.
    public let loop: TelemetryLoop
    private let generation: Int
    private let ended = Atomic<Bool>(false)

    fileprivate init(runtime: TelemetryRuntime, loop: TelemetryLoop, generation: Int) {
      self.runtime = runtime
      self.loop = loop
      self.generation = generation
    }

    /// Ends the hold; a second call does nothing.
    public func end() {
      guard !ended.exchange(true, ordering: .relaxed) else { return }
      runtime.leaseEnded(generation)
    }

    deinit { end() }
  }

  struct State {
    var loops: [TelemetryLoop] = []
    var users = 0
    var next = 0
    // Counts the starts, so that a lease from before a shutdown can't end the threads that were started after it.
    var generation = 0
  }

  /// The configuration that the runtime was made with.
  public let configuration: Configuration
  let state = Locked(State())
  let blocking: BlockingThreads

  /// The runtime that processors and exporters use when none is named: ``Configuration/production``.
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

  /// Starts the threads if they don't run, and holds them.
  /// - Parameter loop: The event loop to run on, if it is one of this runtime's; else the next in turn.
  /// - Throws: A `SystemError` if no thread or no poller can be had.
  public func acquire(preferring loop: TelemetryLoop? = nil) throws(SystemError) -> Lease {
    let result = state.withLock { state -> Result<(TelemetryLoop, Int), SystemError> in
      do throws(SystemError) {
        if state.loops.isEmpty { state.loops = try startLoops() }
      } catch {
        return .failure(error)
      }
      state.users += 1
      if let loop, state.loops.contains(where: { $0 === loop }) { return .success((loop, state.generation)) }
      state.next = (state.next + 1) % state.loops.count
      return .success((state.loops[state.next], state.generation))
    }
    let (chosen, generation) = try result.get()
    return Lease(runtime: self, loop: chosen, generation: generation)
  }

  /// Runs blocking work on a blocking thread; the caller, which is suspended meanwhile, goes on where it was.
  ///
  /// At most `maxBlockingThreads` run at once, the others wait. The work can't be interrupted.
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

  /// Starts blocking work that nobody waits for in a task: a result goes its own way.
  package func startBlocking(_ work: @escaping @Sendable () -> Void) { blocking.run(work) }

  /// Ends the threads now, whoever still holds them; what runs on a blocking thread is left to end by itself.
  ///
  /// Processors and exporters that run on this runtime close at once. A task that still has an event loop to run on
  /// isn't lost: a thread is started for it, which ends with the last of them.
  public func shutdown() {
    stop { $0.users = 0 }
    blocking.shutdown()
  }

  private func leaseEnded(_ generation: Int) {
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
    // The idle ones would wait for work until their time is over.
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

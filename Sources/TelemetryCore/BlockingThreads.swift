internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Threads for work that blocks: started on demand up to a maximum, ended after a while without work.
final class BlockingThreads: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var threads = 0
    var idle = 0
    var count = 0
    var draining = false

    /// True if the idle thread that calls this is to end: nothing came in time, or the runtime is shutting down.
    mutating func leaveIdle(ending: Bool) -> Bool {
      idle -= 1
      guard work.isEmpty, ending || draining else { return false }
      threads -= 1
      if threads == 0 { draining = false }
      return true
    }
  }

  private let configuration: Runtime.Configuration
  private let state = Mutex(State())
  private let signal = BlockingSemaphore()

  init(_ configuration: Runtime.Configuration) { self.configuration = configuration }

  /// Queues `work`; starts a thread for it if none is idle and the maximum isn't reached.
  func run(_ work: @escaping @Sendable () -> Void) {
    let (start, number) = state.withLock { state -> (Bool, Int) in
      state.work.append(work)
      guard state.idle < state.work.count, state.threads < configuration.maxBlockingThreads else { return (false, 0) }
      state.threads += 1
      state.count += 1
      return (true, state.count)
    }
    if start { startThread(number) }
    signal.signal()
  }

  /// Lets the idle threads end; those at work end after it.
  func shutdown() {
    let threads = state.withLock { state in
      state.draining = state.threads > 0
      return state.threads
    }
    for _ in 0..<threads { signal.signal() }
  }

  private func startThread(_ number: Int) {
    do throws(SystemError) {
      try ThreadSystem.start(
        name: "\(configuration.threadNamePrefix)-b\(number)", stackSize: configuration.threadStackSize
      ) { [self] in serve() }
    } catch {
      let last = state.withLock { state in
        state.threads -= 1
        return state.threads == 0
      }
      // With no thread at all the work is done here rather than never.
      if last { serve() }
    }
  }

  private func serve() {
    while true {
      if let work = takeWork() {
        work()
        continue
      }
      let signalled = signal.wait(until: Deadline(.system + configuration.threadKeepAlive))
      if state.withLock({ $0.leaveIdle(ending: !signalled) }) { return }
    }
  }

  /// The next work; with none the thread counts as idle.
  private func takeWork() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard !state.work.isEmpty else {
        state.idle += 1
        return nil
      }
      return state.work.removeFirst()
    }
  }
}

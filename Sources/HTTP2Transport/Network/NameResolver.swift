internal import TelemetryCore

/// Resolves names on blocking threads. Concurrent calls for one name share a look-up. An answer that arrives after all
/// callers have left serves the next call, once, unless the answer is too old then.
final class NameResolver: Sendable {
  typealias Answer = Result<[SocketAddress], NetworkError>

  private struct LookUp {
    let promise: Promise<Answer>
    var waiters = 0
    var finished: MonotonicInstant?
  }

  private static let lateAnswerAge = Duration.seconds(60)

  private let runtime: TelemetryRuntime
  private let lookUp: @Sendable (String) -> Answer
  private let lookUps = Locked<[String: LookUp]>([:])

  init(runtime: TelemetryRuntime, lookUp: @escaping @Sendable (String) -> Answer = SocketSystem.lookUp) {
    self.runtime = runtime
    self.lookUp = lookUp
  }

  /// The addresses of a name, with port 0. Ends at once if the task is cancelled.
  func resolve(_ host: String, deadline: Deadline, on loop: TelemetryLoop) async throws(NetworkError) -> [SocketAddress]
  {
    let promise = join(host)
    let answer = await promise.valueUnlessCancelled(until: deadline, on: loop)
    leave(host, promise, answered: answer != nil)
    guard let answer else { throw Task.isCancelled ? .cancelled : .timedOut(address: nil) }
    return try answer.get()
  }

  /// Joins the look-up of a name that is in progress, or starts a new one.
  private func join(_ host: String) -> Promise<Answer> {
    let (promise, isNew) = lookUps.withLock { lookUps -> (Promise<Answer>, Bool) in
      lookUps = lookUps.filter { NameResolver.isUseful($0.value) }
      var entry = lookUps[host] ?? LookUp(promise: Promise())
      defer { lookUps[host] = entry }
      entry.waiters += 1
      return (entry.promise, entry.waiters == 1 && lookUps[host] == nil)
    }
    if isNew { start(host, promise) }
    return promise
  }

  private static func isUseful(_ entry: LookUp) -> Bool {
    guard let finished = entry.finished else { return true }
    return .system - finished < lateAnswerAge
  }

  private func start(_ host: String, _ promise: Promise<Answer>) {
    runtime.startBlocking { [self] in
      let answer = lookUp(host)
      lookUps.withLock { lookUps in
        guard var entry = lookUps[host], entry.promise === promise else { return }
        // Callers get the answer from the promise. A late success is kept for the next call.
        var keep = false
        if entry.waiters == 0, case .success = answer { keep = true }
        entry.finished = .system
        lookUps[host] = keep ? entry : nil
      }
      promise.fulfil(answer)
    }
  }

  private func leave(_ host: String, _ promise: Promise<Answer>, answered: Bool) {
    lookUps.withLock { lookUps in
      guard var entry = lookUps[host], entry.promise === promise else { return }
      entry.waiters -= 1
      lookUps[host] = answered ? nil : entry
    }
  }
}

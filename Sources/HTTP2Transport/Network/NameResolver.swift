internal import TelemetryCore

/// Looks names up on blocking threads: one look-up for each name at a time, whose answer all share who wait for it.
/// An answer that comes when nobody waits any more serves the next call, once, if it isn't too old then.
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

  /// The addresses of a name, with port 0.
  func resolve(_ host: String, deadline: Deadline, on loop: TelemetryLoop) async throws(NetworkError) -> [SocketAddress]
  {
    let promise = join(host)
    let answer = await promise.value(until: deadline, on: loop)
    leave(host, promise, answered: answer != nil)
    guard let answer else { throw .timedOut(address: nil) }
    return try answer.get()
  }

  /// The look-up of a name that is under way, or a new one.
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
        // Those who wait have it from the promise; a late success is kept for the next call.
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

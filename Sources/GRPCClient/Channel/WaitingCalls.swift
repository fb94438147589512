internal import TelemetryCore

/// The calls that wait for a connection, in the order of arrival.
struct WaitingCalls {
  private var promises: [Promise<Void>] = []

  var count: Int { promises.count }
  var isEmpty: Bool { promises.isEmpty }

  /// - Returns: A promise that `wakeAll` fulfils.
  mutating func add() -> Promise<Void> {
    let promise = Promise<Void>()
    promises.append(promise)
    return promise
  }

  mutating func remove(_ promise: Promise<Void>) { promises.removeAll { $0 === promise } }

  mutating func wakeAll() {
    let woken = promises
    promises = []
    for promise in woken { promise.fulfil(()) }
  }
}

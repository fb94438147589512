internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// The requests and items that a collector received, and its scripts. Thread-safe; all its connections share it.
final class CollectorStore: Sendable {
  typealias Response = LoopbackCollector.Response
  typealias Request = LoopbackCollector.Request

  enum Quantity { case spans, logRecords, dataPoints, requests }

  private struct Waiter {
    let quantity: Quantity
    let target: Int
    let promise: Promise<Bool>
  }

  private struct State {
    var counts = LoopbackCollector.Counts()
    var items = CollectorItems()
    var requests: [Request] = []
    var script: [Response] = []
    var connectionScript: [LoopbackCollector.ConnectionBehavior] = []
    var handler: (@Sendable (Request) -> Response)?
    var waiters: [Waiter] = []
  }

  let configuration: LoopbackCollector.Configuration
  private let state = Mutex(State())

  init(_ configuration: LoopbackCollector.Configuration) {
    self.configuration = configuration
    if let handler = configuration.onRequest { setHandler(handler) }
  }

  // MARK: For the collector

  var counts: LoopbackCollector.Counts { state.withLock { $0.counts } }
  var items: CollectorItems { state.withLock { $0.items } }
  var requests: [Request] { state.withLock { $0.requests } }

  func reset() {
    state.withLock { state in
      let open = state.counts.openConnections
      state.counts = .init()
      state.counts.openConnections = open
      state.items = CollectorItems()
      state.requests = []
    }
  }

  func script(_ responses: [Response]) { state.withLock { $0.script += responses } }

  func removeScripts() {
    state.withLock { state in
      state.script = []
      state.connectionScript = []
    }
    setHandler(nil)
  }

  func setHandler(_ handler: (@Sendable (Request) -> Response)?) {
    let before = state.withLock { state in
      defer { state.handler = handler }
      return state.handler
    }
    _ = before  // released outside the lock: what the handler held may use the collector at its end
  }

  func scriptConnections(_ behaviors: [LoopbackCollector.ConnectionBehavior]) {
    state.withLock { $0.connectionScript += behaviors }
  }

  /// A promise that is fulfilled when the quantity reaches `target`.
  func promise(_ quantity: Quantity, reaches target: Int) -> Promise<Bool> {
    let promise = Promise<Bool>()
    state.withLock { $0.waiters.append(Waiter(quantity: quantity, target: target, promise: promise)) }
    notify()
    return promise
  }

  func forget(_ promise: Promise<Bool>) { state.withLock { $0.waiters.removeAll { $0.promise === promise } } }

  // MARK: For the connections

  /// Counts a connection and takes its scripted behavior.
  func connectionOpened() -> (number: Int, behavior: LoopbackCollector.ConnectionBehavior) {
    state.withLock { state in
      state.counts.connections += 1
      state.counts.openConnections += 1
      let behavior = state.connectionScript.isEmpty ? .serve : state.connectionScript.removeFirst()
      return (state.counts.connections, behavior)
    }
  }

  func connectionClosed() { state.withLock { $0.counts.openConnections -= 1 } }
  func clientReset() { state.withLock { $0.counts.clientResets += 1 } }
  func read(_ count: Int) { state.withLock { $0.counts.bytesRead += count } }

  /// Takes the next scripted response.
  func nextScripted() -> Response? { state.withLock { $0.script.isEmpty ? nil : $0.script.removeFirst() } }

  var handler: (@Sendable (Request) -> Response)? { state.withLock { $0.handler } }

  func arrived(_ request: Request) {
    var request = request
    request.removeItems()
    state.withLock { state in
      state.counts.requests += 1
      state.requests.append(request)
      let excess = state.requests.count - max(0, configuration.keptRequests)
      if excess > 0 { state.requests.removeFirst(excess) }
    }
    notify()
  }

  func accepted(_ request: Request, _ response: Response) {
    let count = request.itemCount - response.rejectedItems(of: request.itemCount)
    let accepted = count == request.itemCount ? request : request.keepingItems(count)
    state.withLock { state in
      state.counts.add(request.signal, count)
      state.items.add(accepted, configuration)
    }
    switch request.signal {
    case .traces, nil: configuration.onSpans?(accepted.spans)
    case .logs: configuration.onLogRecords?(accepted.logRecords)
    case .metrics: configuration.onMetrics?(accepted.metrics)
    }
    configuration.onAccept?(request, response)
    notify()
  }

  private func notify() {
    let reached = state.withLock { state -> [Promise<Bool>] in
      let counts = state.counts
      func isReached(_ waiter: Waiter) -> Bool { counts[waiter.quantity] >= waiter.target }
      let reached = state.waiters.filter(isReached).map(\.promise)
      if !reached.isEmpty { state.waiters.removeAll(where: isReached) }
      return reached
    }
    for promise in reached { promise.fulfil(true) }
  }
}

extension LoopbackCollector.Counts {
  fileprivate subscript(quantity: CollectorStore.Quantity) -> Int {
    switch quantity {
    case .spans: spans
    case .logRecords: logRecords
    case .dataPoints: dataPoints
    case .requests: requests
    }
  }
}

#if HTTP
  internal import COTLPCURL
  internal import HTTP2Transport
  internal import OTLPExport
  internal import Synchronization
  internal import TelemetryCore

  /// Makes requests with libcurl on a telemetry loop: names are resolved and files are read outside the loop, before libcurl
  /// needs them, so it starts no thread.
  actor CurlClient {
    private enum End: Sendable {
      case done(CurlResult)
      /// The client was shut down.
      case stopped(CurlResult)
      case cancelled
    }

    nonisolated let loop: TelemetryLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let plan: HTTPRequestPlan
    private let network: any Network
    private let reloader: TLSReloader?
    private let verification: TLSForeignVerification?
    private var tls: TLSContext?
    private let handles: CurlHandles
    private let events: CurlEvents
    private nonisolated let connections = Atomic<Int>(0)
    private var promises: [Int: Promise<End>] = [:]
    /// The results of transfers that ended when their tasks had been cancelled, and had not run again.
    private var unread: [Int: CurlResult] = [:]
    private var timer: (id: TelemetryLoop.TimerID, instant: MonotonicInstant)?
    private var isShutDown = false
    private var sendsSeveralAtOnce = false
    /// The failure of the last attempt to connect, until one succeeds.
    private var connectFailure: AttemptFailure?
    /// True after the first response of the server.
    private var hadResponse = false
    private let isDone = Promise<Void>()

    /// - Throws: An error if libcurl gives no handle.
    init(
      _ plan: HTTPRequestPlan, loop: TelemetryLoop, network: any Network, _ diagnostics: Diagnostics
    ) throws(OTLPError) {
      let events = CurlEvents()
      let verification = plan.tls.map { TLSForeignVerification($0, host: plan.certificateName) }
      guard let handles = CurlHandles(plan, loop: loop, verification, onReady: { events.ready($0, $1) }) else {
        throw OTLPError(.system, "libcurl gives no handle: no memory, or no descriptor")
      }
      self.plan = plan
      self.loop = loop
      self.network = network
      self.events = events
      self.verification = verification
      tls = plan.tls
      reloader = plan.tls.map { TLSReloader($0, diagnostics: diagnostics) }
      self.handles = handles
      events.client = self
      events.token = loop.register(events)
    }

    deinit {
      loop.unregister(events.token)
      // libcurl's objects belong to the loop's thread.
      loop.schedule(at: Deadline(.distantPast)) { [handles] in handles.close() }
    }

    /// The number of connections made so far.
    nonisolated var connectionsMade: Int { connections.load(ordering: .relaxed) }

    // MARK: Requests

    /// Makes a request, until `deadline` or until the task is cancelled.
    func send(
      _ request: CurlEasy.Request, deadline: Deadline
    ) async -> Result<HTTPResponse, AttemptFailure> {
      guard !isShutDown else { return .failure(Self.stopped) }
      if needsConnection, let failure = await prepareConnection(deadline) { return .failure(failure) }
      // The client may have been shut down meanwhile.
      guard !isShutDown else { return .failure(Self.stopped) }
      guard let number = handles.begin(request) else { return .failure(Self.noMemory) }
      let promise = Promise<End>()
      promises[number] = promise
      handles.actOnTime()
      goOn()
      let end = await withTaskCancellationHandler {
        await promise.value(until: deadline, on: loop)
      } onCancel: {
        promise.fulfil(.cancelled)
      }
      promises[number] = nil
      switch end {
      case .done(let result): return read(result)
      case .stopped(let result):
        return .failure(result.ended(.cancelled, "the exporter was shut down", connectFailure))
      case .cancelled: return .failure(abort(number, .cancelled, "the export was cancelled"))
      case nil: return .failure(abort(number, .deadline, "no response in the attempt's time"))
      }
    }

    private func read(_ result: CurlResult) -> Result<HTTPResponse, AttemptFailure> {
      connections.add(result.connections, ordering: .relaxed)
      if result.isTooLarge { return .failure(HTTPResponseReader.tooLarge(plan.values.maxResponseSize)) }
      guard result.code == CURLE_OK else {
        var failure = result.failure(tls: verification?.takeFailure(), otherPlace: plan.otherPlace)
        if failure.origin == .connect { connectFailure = failure }
        if failure.origin == .transport, plan.tls == nil, plan.proxy == nil, !hadResponse {
          failure.message += "; a server that speaks TLS (https://) ends plaintext connections like this"
        }
        return .failure(failure)
      }
      connectFailure = nil
      hadResponse = true
      sendsSeveralAtOnce = result.isHTTP2
      return .success(result.response)
    }

    private func abort(_ number: Int, _ origin: AttemptFailure.Origin, _ text: String) -> AttemptFailure {
      let result = handles.end(number, CURLE_OK) ?? unread.removeValue(forKey: number)
      afterAction()
      guard let result else { return Self.stopped }
      connections.add(result.connections, ordering: .relaxed)
      // Without a connection, the reason for that is the better one.
      return result.ended(origin, text, connectFailure)
    }

    private static let stopped = AttemptFailure(
      .retry, status: "CANCELLED", message: "the exporter was shut down", origin: .cancelled, fate: .neverProcessed,
      isUnconnected: true)
    private static let noMemory = AttemptFailure(
      .retry, status: "INTERNAL", message: "libcurl gives no handle", origin: .connect, fate: .neverProcessed)

    // MARK: Connections

    /// True if a request will probably need a new connection.
    private var needsConnection: Bool {
      if handles.openSockets == 0 { return true }
      guard handles.openSockets < plan.maxConnections else { return false }
      return !sendsSeveralAtOnce && handles.openSockets <= handles.activeCount
    }

    /// Looks up the host's addresses, and reads changed certificate files.
    private func prepareConnection(_ deadline: Deadline) async -> AttemptFailure? {
      if let reloader {
        let context = await reloader.context(network: network, loop: loop, deadline: deadline)
        let isNew = context !== tls
        if isNew { verification?.use(context) }
        tls = context
        handles.renewSessions(at: loop.now, always: isNew)
      }
      guard let host = plan.resolved else { return nil }
      let end = min(deadline, Deadline(loop.now + plan.values.connectTimeout))
      do throws(NetworkError) {
        let addresses = try await network.resolve(host: host.name, port: host.port, deadline: end)
        let texts = addresses.prefix(16).map(\.withoutScope.host).map { $0.contains(":") ? "[\($0)]" : $0 }
        // libcurl reads no scope in the entry, and knows one for all addresses, which only link-local ones use.
        let scope = addresses.lazy.map(\.scope).first { $0 != 0 } ?? 0
        handles.use(
          .init(entries: ["\(host.name):\(host.port):\(texts.joined(separator: ","))"], scope: scope))
        return nil
      } catch {
        // The look-up may take longer than the attempt; an earlier reason tells more.
        if case .timedOut = error, let connectFailure { return connectFailure }
        var failure = AttemptFailure(
          .retry, status: "UNAVAILABLE", message: described(error).sanitized(limit: 500),
          origin: Task.isCancelled ? .cancelled : .connect, fate: .neverProcessed, isUnconnected: true)
        if case .timedOut = error, end == deadline { failure.isCutShort = true }
        if failure.origin == .connect { connectFailure = failure }
        return failure
      }
    }

    private func described(_ error: NetworkError) -> String {
      plan.otherPlace.map { "\($0): \(error)" } ?? error.description
    }

    // MARK: Events

    /// A socket is ready.
    func socketReady(_ descriptor: Int32, _ readiness: Readiness) {
      handles.act(on: descriptor, readiness)
      goOn()
    }

    /// libcurl's time has come.
    func timerFired() {
      timer = nil
      handles.actOnTime()
      goOn()
    }

    private func goOn() {
      // A timer that is due already means that libcurl wants to go on.
      var rounds = 0
      while let instant = handles.timer, instant <= loop.now, rounds < 16 {
        handles.actOnTime()
        rounds += 1
      }
      afterAction()
    }

    private func afterAction() {
      while let (number, code) = handles.nextEnded() {
        let promise = promises[number]
        guard let result = handles.end(number, code) else { continue }
        if promise?.fulfil(.done(result)) == false { unread[number] = result }
      }
      armTimer()
    }

    private func armTimer() {
      let wanted = handles.timer
      guard wanted != timer?.instant else { return }
      if let id = timer?.id { loop.cancel(id) }
      timer = wanted.map { (loop.schedule(at: Deadline($0), notifying: events.token), $0) }
    }

    // MARK: The end

    /// Lets transfers continue until `deadline`, then ends them and closes the connections.
    func shutdown(deadline: Deadline) async {
      isShutDown = true
      for promise in promises.values { _ = await promise.value(until: deadline, on: loop) }
      close()
    }

    /// The loop has ended: sockets aren't watched any more.
    func loopEnded() {
      isShutDown = true
      close()
    }

    private func close() {
      isShutDown = true
      if let id = timer?.id { loop.cancel(id) }
      timer = nil
      for (number, promise) in promises {
        guard let result = handles.end(number, CURLE_OK) else { continue }
        if !promise.fulfil(.stopped(result)) { unread[number] = result }
      }
      handles.close()
    }
  }
#endif

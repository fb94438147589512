package import HTTP2Transport
internal import Synchronization
package import TelemetryCore

/// A gRPC client of one service at one or several servers. A call connects the channel if there is no connection.
///
/// Calls wait for a connection until their deadline (RULES 5.9.6). `LoadBalancerStateMachine` decides, and the channel
/// performs the actions.
package actor GRPCChannel {
  struct Timers {
    /// The load balancer's due work, while calls wait for a connection.
    var dueWork: TelemetryLoop.TimerID?
    /// The check of calls that wait for a stream or a window.
    var waitingCalls: TelemetryLoop.TimerID?
    var unusedConnections: TelemetryLoop.TimerID?
  }

  package nonisolated let loop: TelemetryLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  /// The number of connections that were established so far.
  package nonisolated var connectionsMade: Int { madeCount.load(ordering: .relaxed) }
  nonisolated let madeCount = Atomic<Int>(0)

  let connector: Connector
  package nonisolated let configuration: GRPCChannelConfiguration
  private var headers: RequestHeaders

  var balancer: LoadBalancerStateMachine
  var picker = Picker()
  /// The connections that take calls.
  var connections: [ChannelConnection] = []
  /// Connections that take no more calls and have open calls.
  var draining: [ChannelConnection] = []
  var waitingCalls = WaitingCalls()
  /// The attempts under way, by number.
  var attempts: [Int: Task<Void, Never>] = [:]
  /// The look-ups under way, by host.
  var lookUps: [Int: Task<Void, Never>] = [:]
  var timers = Timers()
  var reporter: ChannelReporter

  /// Makes a channel without a connection.
  /// - Throws: A `ConfigurationError` for a target without hosts, or metadata that can't be sent.
  package init(
    configuration: GRPCChannelConfiguration, network: any Network, loop: TelemetryLoop,
    diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    var metadata: [HTTP2Field] = []
    for field in configuration.metadata { metadata.append(try field.validated()) }
    connector = try Connector(configuration: configuration, network: network, loop: loop, diagnostics: diagnostics)
    headers = RequestHeaders(
      authorities: connector.hosts.map(\.authority), isSecure: configuration.tls != nil,
      userAgent: configuration.userAgent, acceptsGzip: configuration.inflater != nil, metadata: metadata)
    var configuration = configuration
    configuration.maxResponseBytes = min(max(0, configuration.maxResponseBytes), MessageReader.maxMessageBytes)
    self.configuration = configuration
    self.loop = loop
    reporter = ChannelReporter(connector, diagnostics.limited(by: loop))
    var backoff = configuration.backoff
    backoff.minimumConnectTimeout = max(backoff.minimumConnectTimeout, configuration.connectTimeout)
    balancer = LoadBalancerStateMachine(
      hostCount: connector.hosts.count, loadBalancing: configuration.loadBalancing,
      maxConnections: configuration.maxConnections, backoff: backoff.clamped,
      maxConnectionAge: configuration.maxConnectionAge)
  }

  deinit {
    let now = Deadline(loop.now)
    for connection in connections {
      Task(executorPreference: loop) { await connection.http2.close(deadline: now) }
    }
  }

  // MARK: Calls

  /// Calls the method of `path`. Waits for a connection until `deadline` if there is none.
  /// - Parameters:
  ///   - message: The request with the five-byte prefix; the compressed flag matches `encoding`.
  ///   - extra: Headers of this call, sent after the headers of the channel.
  package func unary(
    path: String, message: BufferSlice, encoding: GRPCEncoding = .identity, metadata extra: [HTTP2Field] = [],
    deadline: Deadline
  ) async -> GRPCResult {
    var wasMoved = false
    guard message.count - MessageReader.prefixSize <= MessageReader.maxMessageBytes else { return tooLarge(message) }
    while true {
      guard let current = picker.current else {
        if let result = await waitForConnection(until: deadline) { return result }
        continue
      }
      let now = loop.now
      if !deadline.isNever, deadline.hasPassed(at: now) { return GRPCChannel.tooLate }
      let pick = now >= current.validUntil ? runDueWorkAndPick(current, now) : current
      let left = deadline.isNever ? nil : deadline.instant.nanoseconds &- now.nanoseconds
      let (block, timeout) = headers.next(path, encoding, host: pick.connection.host, nanosecondsLeft: left)
      let request = HTTP2Request(
        headers: block, leadingField: timeout, extraFields: extra, body: message,
        maxResponseBytes: configuration.maxResponseBytes + MessageReader.prefixSize)
      let response = await pick.connection.http2.request(
        request, deadline: deadline, waits: wasMoved || pick.waitsForStream)
      if ResponseReader.isPlainSuccess(response) {
        if picker.reportsAnswers {
          callAnswered(on: pick.connection)
          streamFreed(on: pick.connection)
        }
        return .success
      }
      if let result = read(response, pick.connection, deadline) { return result }
      // A moved call waits for a stream of the next connection.
      wasMoved = true
    }
  }

  /// Runs the load balancer's due work, then picks a connection for the next call.
  private func runDueWorkAndPick(_ previous: Picker.Pick, _ now: MonotonicInstant) -> Picker.Pick {
    if now >= picker.nextDeadline { perform(balancer.runDueWork(at: now, callsWait: false)) }
    let (pick, blocked) = picker.pick(balancer)
    if let blocked { noStreamAvailable(on: blocked.connection, blocked.limit) }
    return pick ?? previous
  }

  @inline(never)
  private func tooLarge(_ message: BufferSlice) -> GRPCResult {
    GRPCResult(
      code: .resourceExhausted,
      message: "request message of \(message.count - MessageReader.prefixSize) bytes; gRPC permits at most "
        + "\(MessageReader.maxMessageBytes)",
      cause: .protocolViolation, fate: .neverProcessed)
  }

  /// - Returns: The result of a call that isn't a plain success, or nil if the server hasn't seen the call: the caller
  ///   then retries on another connection, any number of times (RULES 5.10.1).
  private func read(
    _ response: HTTP2Response, _ connection: ChannelConnection, _ deadline: Deadline
  ) -> GRPCResult? {
    switch response.failure {
    case .notAccepted:
      connectionEnded(connection)
      return nil
    case .noStreamAvailable(let limit):
      noStreamAvailable(on: connection, limit)
      return nil
    // The server ends the connection in order and hasn't processed this call.
    case .goAway(code: 0, _) where response.fate == .neverProcessed:
      connectionEnded(connection)
      return nil
    default: break
    }
    let result = ResponseReader(
      response: response, limit: configuration.maxResponseBytes, inflater: configuration.inflater,
      deadlineHasPassed: response.failure != nil && deadline.hasPassed(at: loop.now)
    ).result
    callEnded(result, on: connection)
    return result
  }

  /// Passes the result of a call that isn't a plain success to the load balancer.
  private func callEnded(_ result: GRPCResult, on connection: ChannelConnection) {
    let isEnded = connection.end != nil
    switch result.cause {
    case .server where result.code != .unavailable: callAnswered(on: connection)
    case .cancelled, .connect: break
    // A lost connection is one failure, however many calls were open.
    case .transport where isEnded: break
    case .deadline where result.fate == .neverProcessed: break
    // This side refused the request.
    case .protocolViolation where result.fate == .neverProcessed: break
    case .server, .transport, .deadline, .protocolViolation:
      perform(balancer.callFailed(on: connection.id, at: loop.now, callsWait: !waitingCalls.isEmpty))
    }
    if isEnded { connectionEnded(connection) } else { streamFreed(on: connection) }
  }

  private func callAnswered(on connection: ChannelConnection) {
    balancer.callAnswered(on: connection.id)
    picker.updateReports(from: balancer, connections.count)
  }

  // MARK: Waiting for a connection

  var isReady: Bool { picker.current != nil }

  /// Waits until there may be a connection.
  /// - Returns: The result of the call if the wait failed; nil if the caller should look for a connection.
  func waitForConnection(until deadline: Deadline) async -> GRPCResult? {
    if balancer.isShutDown { return unconnected("the channel is shut down", .connect) }
    if Task.isCancelled {
      return unconnected(reporter.lastFailure?.text ?? "cancelled by the caller", .cancelled)
    }
    guard !deadline.hasPassed(at: loop.now) else { return deadlinePassed }
    // Other jobs may have run since the caller's check if the task prefers another executor.
    guard !isReady else { return nil }
    let promise = waitingCalls.add()
    perform(balancer.runDueWork(at: loop.now, callsWait: true))
    let change: Void? = await withTaskCancellationHandler {
      await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(())
    }
    waitingCalls.remove(promise)
    // Neither a change nor the deadline ended the wait.
    if change == nil, !deadline.hasPassed(at: loop.now) {
      return unconnected("the telemetry runtime was shut down", .connect)
    }
    return nil
  }

  /// Starts the next attempt to connect now if calls wait for a connection (gRPC: ResetConnectBackoff).
  package func resetConnectBackoff() {
    if !waitingCalls.isEmpty { perform(balancer.resetBackoff(at: loop.now)) }
  }

  private var deadlinePassed: GRPCResult {
    let ended = reporter.lastEnd.map { "; the last one ended: \($0)" } ?? ""
    return unconnected(reporter.lastFailure?.text ?? "no connection by the deadline\(ended)", .connect)
  }

  /// There is a connection, but no time was left to send the request.
  private static let tooLate = GRPCResult(
    code: .deadlineExceeded, message: "the deadline passed before the request could be sent", cause: .deadline,
    fate: .neverProcessed)

  private func unconnected(_ reason: String, _ cause: GRPCResult.Cause) -> GRPCResult {
    let failure = reporter.lastFailure
    return GRPCResult(
      code: cause == .cancelled ? .cancelled : .unavailable,
      message: "not connected to \(connector.nameWithProxies): \(reason)", cause: cause, fate: .neverProcessed,
      connectFailure: failure?.text, tlsError: failure?.tls, isUnconnected: true)
  }

  // MARK: Shutdown

  /// Closes the connections once the open calls have ended, at `deadline` at the latest. Calls that wait for a
  /// connection, and later ones, fail at once.
  package func shutdown(deadline: Deadline) async {
    balancer.shutDown()
    // Sorted, as the order of a dictionary varies.
    for (_, task) in attempts.sorted(by: { $0.key < $1.key }) { task.cancel() }
    for (_, task) in lookUps.sorted(by: { $0.key < $1.key }) { task.cancel() }
    for timer in [timers.dueWork, timers.unusedConnections, timers.waitingCalls] {
      if let timer { loop.cancel(timer) }
    }
    let closing = draining + connections
    connections = []
    draining = []
    picker.update(from: balancer, connections, at: loop.now)
    waitingCalls.wakeAll()
    for connection in closing { await connection.http2.close(deadline: deadline) }
  }
}

package import HTTP2Transport
internal import Synchronization
package import TelemetryCore

/// A gRPC client of one service, at one or several servers: it connects when the first call comes, and again when a
/// connection was lost.
///
/// Calls wait for a connection until their deadline (5.9.6). The decisions are `BalancerState`'s; here is what carries
/// them out.
package actor GRPCChannel {
  /// A connection and what is known of it.
  struct Link {
    let host: Int
    let connection: HTTP2Connection
    let events: LinkEvents
    /// The number that the state knows it by.
    var number = 0
    /// What it is a connection to.
    var member = 0
    /// From when on a call has something to decide first: something is due, or this isn't the only connection.
    var due = MonotonicInstant(nanoseconds: .max)
    /// Whether a call that finds no room waits for it; else it comes back to look for another connection.
    var waits = true
    /// How many requests it had been given when that was last looked at.
    var requestsSeen: UInt64 = 0
  }

  package nonisolated let loop: TelemetryLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  /// How many connections have come about so far.
  package nonisolated var connectionsMade: Int { madeCount.load(ordering: .relaxed) }
  nonisolated let madeCount = Atomic<Int>(0)

  let connector: Connector
  let diagnostics: Diagnostics
  package nonisolated let configuration: GRPCChannelConfiguration
  private var headers: CallHeaders

  var state: BalancerState
  /// The connections that take calls.
  var links: [Link] = []
  /// Those of `links` that calls take in turn.
  var rotation: [[Link]] = []
  var turn = 0
  /// The only one in the rotation, or one of them.
  var current: Link?
  /// When the state is to be asked again.
  var nextDue = MonotonicInstant(nanoseconds: .min)
  /// Whether the state wants to hear of the next success.
  var isWatching = false
  /// Connections that take no more calls and have some open.
  var draining: [Link] = []
  var waiting: [Int: Promise<Void>] = [:]
  private var nextWaiting = 0
  var attempts: [Int: Task<Void, Never>] = [:]
  var lookUps: [Int: Task<Void, Never>] = [:]
  var timer: TelemetryLoop.TimerID?
  var idleTimer: TelemetryLoop.TimerID?
  var limitTimer: TelemetryLoop.TimerID?
  /// Why there is no connection: of the present or else of the last round of attempts.
  var lastFailure: ConnectFailure?
  /// How the last connection ended, in words.
  var lastEnd: String?
  /// What went wrong in the present round.
  var failures: [(key: FailureKey, failure: ConnectFailure)] = []
  /// Whether it was said that there is no connection.
  var isFailing = false
  /// The members of which that was said while others work.
  var failing: Set<Int> = []

  /// Makes a channel; nothing is connected yet.
  /// - Throws: A `ConfigurationError` for a target without hosts, or metadata that can't be sent.
  package init(
    configuration: GRPCChannelConfiguration, network: any Network, loop: TelemetryLoop,
    diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    var metadata: [GRPCMetadata] = []
    for field in configuration.metadata { metadata.append(try field.validated()) }
    connector = try Connector(configuration: configuration, network: network, loop: loop, diagnostics: diagnostics)
    let fields = connector.hosts.map { host in
      GRPCHeaders(
        isSecure: configuration.tls != nil, authority: host.authority, userAgent: configuration.userAgent,
        acceptsGzip: configuration.inflater != nil, metadata: metadata)
    }
    headers = CallHeaders(hosts: fields)
    var configuration = configuration
    configuration.maxResponseBytes = min(max(0, configuration.maxResponseBytes), GRPCMessage.mostBytes)
    self.configuration = configuration
    self.loop = loop
    self.diagnostics = diagnostics.limited(by: loop)
    var backoff = configuration.backoff
    backoff.minimumConnectTimeout = max(backoff.minimumConnectTimeout, configuration.connectTimeout)
    state = BalancerState(
      hostCount: connector.hosts.count, policy: configuration.loadBalancing,
      maxConnections: configuration.maxConnections, backoff: backoff.clamped,
      maxConnectionAge: configuration.maxConnectionAge)
  }

  deinit {
    let now = Deadline(loop.now)
    for link in links {
      let connection = link.connection
      Task(executorPreference: loop) { await connection.close(deadline: now) }
    }
  }

  // MARK: Calls

  /// Calls the method of `path`. Waits for a connection, if need be, until `deadline`; never throws.
  /// - Parameters:
  ///   - message: The request with its five-byte prefix, whose flag fits `encoding`.
  ///   - extra: Headers of this call, after those of the channel.
  package func unary(
    path: String, message: BufferSlice, encoding: GRPCEncoding = .identity, metadata extra: [GRPCMetadata] = [],
    deadline: Deadline
  ) async -> GRPCResult {
    var isPatient = false
    guard message.count - GRPCMessage.prefixSize <= GRPCMessage.mostBytes else { return tooLarge(message) }
    while true {
      guard let first = current else {
        if let end = await connection(until: deadline) { return end }
        continue
      }
      let now = loop.now
      if !deadline.isNever, deadline.hasPassed(at: now) { return tooLate }
      let link = now >= first.due ? attend(first, now) : first
      let left = deadline.isNever ? nil : deadline.instant.nanoseconds &- now.nanoseconds
      let (block, timeout) = headers.next(path, encoding, host: link.host, nanosecondsLeft: left)
      let request = HTTP2Request(
        headers: block, leadingField: timeout,
        extraFields: extra.isEmpty ? [] : extra.map { HTTP2Field(name: $0.name, value: $0.value, neverIndexed: true) },
        body: message, maxResponseBytes: configuration.maxResponseBytes + GRPCMessage.prefixSize)
      let response = await link.connection.request(request, deadline: deadline, waits: isPatient || link.waits)
      if GRPCResponse.isPlainSuccess(response) {
        if isWatching { answered(link) }
        return .success
      }
      if let result = read(response, link, deadline) { return result }
      // Whoever has been sent on waits where it comes to.
      isPatient = true
    }
  }

  @inline(never)
  private func tooLarge(_ message: BufferSlice) -> GRPCResult {
    GRPCResult(
      code: .resourceExhausted,
      message: "request message of \(message.count - GRPCMessage.prefixSize) bytes; gRPC permits at most "
        + "\(GRPCMessage.mostBytes)",
      cause: .protocolViolation, fate: .neverProcessed)
  }

  /// The result of a call that wasn't a plain success. nil: it never left this machine, and another connection takes
  /// it, as often as need be (5.10.1).
  private func read(_ response: HTTP2Response, _ link: Link, _ deadline: Deadline) -> GRPCResult? {
    switch response.failure {
    case .notAccepted:
      ended(link)
      return nil
    case .noStreamAvailable(let limit):
      heldUp(link, limit)
      return nil
    // The server ends the connection in order, and has not looked at this call: another connection takes it.
    case .goAway(code: 0, _) where response.fate == .neverProcessed:
      ended(link)
      return nil
    default: break
    }
    let result = GRPCResponse(
      response: response, limit: configuration.maxResponseBytes, inflater: configuration.inflater,
      deadlineHasPassed: response.failure != nil && deadline.hasPassed(at: loop.now)
    ).result
    note(result, link)
    return result
  }

  // MARK: Waiting for a connection

  /// Waits until there may be a connection; the call's result if it ends before.
  func connection(until deadline: Deadline) async -> GRPCResult? {
    if state.isShutDown { return unconnected("the channel is shut down", .connect) }
    if Task.isCancelled {
      return unconnected(lastFailure?.text ?? "cancelled by the caller", .cancelled)
    }
    guard !deadline.hasPassed(at: loop.now) else { return tooLate }
    // Other jobs may have run since the look, where the calling task prefers another executor.
    guard current == nil else { return nil }
    let promise = Promise<Void>()
    let number = nextWaiting
    nextWaiting += 1
    waiting[number] = promise
    perform(state.look(at: loop.now, isWanted: true))
    let change: Void? = await withTaskCancellationHandler {
      await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(())
    }
    waiting[number] = nil
    // Neither a change nor the deadline ended the wait.
    if change == nil, !deadline.hasPassed(at: loop.now) {
      return unconnected("the telemetry runtime was shut down", .connect)
    }
    return nil
  }

  var isWanted: Bool { !waiting.isEmpty }

  /// Time is short: if calls wait for a connection, the next attempt starts now (gRPC: ResetConnectBackoff).
  package func resetConnectBackoff() {
    if isWanted { perform(state.resetBackoff(at: loop.now)) }
  }

  func wakeWaiting() {
    let promises = waiting.sorted { $0.key < $1.key }.map(\.value)  // in turn: the order of a dictionary varies
    waiting.removeAll()
    for promise in promises { promise.fulfil(()) }
  }

  private var tooLate: GRPCResult {
    let ended = lastEnd.map { "; the last one ended: \($0)" } ?? ""
    return unconnected(lastFailure?.text ?? "no connection by the deadline\(ended)", .connect)
  }

  private func unconnected(_ reason: String, _ cause: GRPCResult.Cause) -> GRPCResult {
    GRPCResult(
      code: cause == .cancelled ? .cancelled : .unavailable, message: "not connected to \(connector.way): \(reason)",
      cause: cause, fate: .neverProcessed, connectFailure: lastFailure?.text, tlsError: lastFailure?.tls,
      isUnconnected: true)
  }

  // MARK: The end

  /// Ends open calls at `deadline`, if not by themselves before, and closes the connections. Calls that wait for a
  /// connection, and later ones, fail at once.
  package func shutdown(deadline: Deadline) async {
    state.shutDown()
    // In turn: the order of a dictionary varies.
    for (_, task) in attempts.sorted(by: { $0.key < $1.key }) { task.cancel() }
    for (_, task) in lookUps.sorted(by: { $0.key < $1.key }) { task.cancel() }
    for timer in [timer, idleTimer, limitTimer] { if let timer { loop.cancel(timer) } }
    let links = draining + links
    self.links = []
    draining = []
    refresh()
    wakeWaiting()
    for link in links { await link.connection.close(deadline: deadline) }
  }
}

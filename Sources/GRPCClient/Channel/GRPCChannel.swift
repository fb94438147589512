package import HTTP2Transport
package import TelemetryCore

/// A gRPC client of one target: it connects when the first call comes, and again when the connection was lost.
///
/// Calls wait for a connection until their deadline (5.9.6). The decisions are `ChannelState`'s; here is what carries
/// them out.
package actor GRPCChannel {
  /// A connection and what is known of it.
  struct Link {
    let host: Int
    let connection: HTTP2Connection
    let events: LinkEvents
    /// When it is old.
    var renewal = MonotonicInstant(nanoseconds: .max)
  }

  package nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  let connector: Connector
  let diagnostics: Diagnostics
  private let configuration: GRPCChannelConfiguration
  private var headers: CallHeaders

  var state: ChannelState
  var current: Link?
  /// Connections that take no more calls and have some open.
  var draining: [Link] = []
  /// How many connections in a row came up and answered nothing.
  var fruitless = 0
  private var waiting: [Int: Promise<Void>] = [:]
  private var nextWaiting = 0
  private var connecting: Task<Void, Never>?
  var age: ConnectionAge
  var renewing: Task<Void, Never>?
  /// Why there is no connection: of the present or else of the last round of attempts.
  var lastFailure: ConnectFailure?
  /// What went wrong in the present round.
  var failures: [ConnectFailure] = []
  /// Whether it was said that there is no connection.
  var isFailing = false

  /// Makes a channel; nothing is connected yet.
  /// - Throws: A `ConfigurationError` for a target without hosts, or metadata that can't be sent.
  package init(
    configuration: GRPCChannelConfiguration, network: any Network, loop: EventLoop,
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
    self.configuration = configuration
    self.loop = loop
    self.diagnostics = diagnostics.limited(by: loop)
    state = ChannelState(hostCount: connector.hosts.count, backoff: configuration.backoff)
    age = ConnectionAge(configuration.maxConnectionAge, seed: configuration.backoff.seed)
  }

  deinit {
    connecting?.cancel()
    guard let connection = current?.connection else { return }
    let now = Deadline(loop.now)
    Task(executorPreference: loop) { await connection.close(deadline: now) }
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
    while true {
      guard let link = current else {
        if let end = await connection(until: deadline) { return end }
        continue
      }
      let now = loop.now
      if !deadline.isNever, deadline.hasPassed(at: now) { return tooLate }
      if now >= link.renewal { renew() }
      let left = deadline.isNever ? nil : deadline.instant.nanoseconds &- now.nanoseconds
      let (block, timeout) = headers.next(path, encoding, host: link.host, nanosecondsLeft: left)
      let request = HTTP2Request(
        headers: block, leadingField: timeout,
        extraFields: extra.isEmpty ? [] : extra.map { HTTP2Field(name: $0.name, value: $0.value, neverIndexed: true) },
        body: message, maxResponseBytes: configuration.maxResponseBytes + GRPCMessage.prefixSize)
      let response = await link.connection.request(request, deadline: deadline)
      if response.failure == .notAccepted {
        // It never left this machine: another connection takes it, as often as need be (5.10.1).
        let open = await link.connection.openRequests
        ended(link, hasOpenCalls: open > 0)
        continue
      }
      if response.failure == nil { fruitless = 0 }
      if GRPCResponse.isPlainSuccess(response) { return .success }
      return GRPCResponse(
        response: response, limit: configuration.maxResponseBytes, inflater: configuration.inflater,
        deadlineHasPassed: response.failure != nil && deadline.hasPassed(at: loop.now)
      ).result
    }
  }

  // MARK: Waiting for a connection

  /// Waits until there may be a connection; the call's result if it ends before.
  private func connection(until deadline: Deadline) async -> GRPCResult? {
    if state.phase == .shutDown { return unconnected("the channel is shut down", .connect) }
    if Task.isCancelled {
      return unconnected(lastFailure?.text ?? "cancelled by the caller", .cancelled)
    }
    guard !deadline.hasPassed(at: loop.now) else { return tooLate }
    let promise = Promise<Void>()
    let number = nextWaiting
    nextWaiting += 1
    waiting[number] = promise
    perform(state.wanted(at: loop.now))
    await withTaskCancellationHandler {
      _ = await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(())
    }
    waiting[number] = nil
    return nil
  }

  var renewalTimeout: Duration { configuration.backoff.minimumConnectTimeout }

  var isWanted: Bool { !waiting.isEmpty }

  func wakeWaiting() {
    let promises = waiting.sorted { $0.key < $1.key }.map(\.value)  // in turn: the order of a dictionary varies
    waiting.removeAll()
    for promise in promises { promise.fulfil(()) }
  }

  private var tooLate: GRPCResult {
    unconnected(lastFailure?.text ?? "no connection by the deadline", .connect)
  }

  private func unconnected(_ reason: String, _ cause: GRPCResult.Cause) -> GRPCResult {
    GRPCResult(
      code: cause == .cancelled ? .cancelled : .unavailable, message: "not connected to \(connector.name): \(reason)",
      cause: cause, fate: .neverProcessed, connectFailure: lastFailure?.text, tlsError: lastFailure?.tls)
  }

  func perform(_ action: ChannelState.Action) {
    guard action != .none else { return }
    // One at a time: a new one starts only from `idle`, where the one before has nothing left to do.
    connecting = Task(executorPreference: loop) { await self.carryOut(action) }
  }

  // MARK: The end

  /// Ends open calls at `deadline`, if not by themselves before, and closes the connections. Calls that wait for a
  /// connection, and later ones, fail at once.
  package func shutdown(deadline: Deadline) async {
    state.shutDown()
    connecting?.cancel()
    connecting = nil
    renewing?.cancel()
    renewing = nil
    wakeWaiting()
    let links = draining + (current.map { [$0] } ?? [])
    current = nil
    draining = []
    for link in links { await link.connection.close(deadline: deadline) }
  }
}

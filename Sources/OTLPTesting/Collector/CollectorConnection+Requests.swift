internal import OTLPWire
internal import TelemetryCore

// The requests of a connection and the steps of their responses.
extension CollectorConnection {
  typealias Response = LoopbackCollector.Response

  func handleEvents() {
    for event in session.takeEvents() where !isClosed {
      switch event {
      case .headers(let id): begin(id)
      case .body(let id): bodyGrew(id)
      case .complete(let id): complete(id)
      case .clientReset: store.clientReset()
      case .closed(let id): end(id)
      case .pingAcknowledged: pingAcknowledged()
      }
    }
  }

  private func begin(_ id: Int32) {
    let reader = store.configuration.reader(of: session.fields(of: id))
    requests[id] = ServerRequest(reader: reader, scripted: store.nextScripted())
    runIfDue(id)
  }

  private func bodyGrew(_ id: Int32) {
    guard let request = requests[id], !request.hasBegun else { return }
    if session.isTooLong(id) {
      requests[id]?.response = CollectorConnection.refusalAtOnce(request.reader.tooLarge)
    } else if request.yieldsToRefusal {
      // A request that is too large by its prefix is refused at once, as gRPC's servers do.
      do throws(GRPCRequestReader.Refusal) {
        try request.reader.checkPrefix(session.bodyPrefix(of: id, 5))
      } catch {
        requests[id]?.response = CollectorConnection.refusalAtOnce(error)
      }
    }
    runIfDue(id)
  }

  /// The response to a request whose rest isn't awaited.
  private static func refusalAtOnce(_ refusal: GRPCRequestReader.Refusal) -> Response {
    Response(start: .headers, steps: refusal.response.steps + [.reset(.noError)])
  }

  private func complete(_ id: Int32) {
    guard var pending = requests[id] else { return }
    let body = session.takeBody(of: id)
    var request = LoopbackCollector.Request(
      path: pending.reader.value(":path") ?? "", headers: pending.reader.fields, wireBytes: body.count,
      messageBytes: 0, isCompressed: false, signal: pending.reader.signal, itemCount: 0,
      body: store.configuration.keepsBodies ? body : [], connection: number, stream: id)
    do throws(GRPCRequestReader.Refusal) {
      try read(body, into: &request, pending.reader)
    } catch {
      if pending.yieldsToRefusal { pending.response = error.response }
    }
    pending.request = request
    store.arrived(request)
    if pending.response == nil { pending.response = store.handler?(request) ?? .success }
    requests[id] = pending
    runIfDue(id)
  }

  private func read(
    _ body: [UInt8], into request: inout LoopbackCollector.Request, _ reader: any CollectorRequestReader
  ) throws(GRPCRequestReader.Refusal) {
    try reader.checkHeaders()
    let message = try reader.message(body)
    request.messageBytes = message.bytes.count
    request.isCompressed = message.isCompressed
    guard let signal = reader.signal else { return }
    do throws(WireError) {
      request.itemCount = try ItemCounter.count(message.bytes, signal)
      if store.configuration.readsSpanIDs, signal == .traces {
        request.spanIDs = try ItemCounter.spanIDs(message.bytes)
      }
      if store.configuration.decodes(signal) { try request.decode(Array(message.bytes)) }
    } catch {
      throw reader.undecodable(error)
    }
  }

  private func end(_ id: Int32) {
    if let timer = requests.removeValue(forKey: id)?.timer { loop.cancel(timer) }
  }

  // MARK: Steps

  private func runIfDue(_ id: Int32) {
    guard requests[id]?.isDue(bodyBytes: session.bodyCount(of: id)) == true else { return }
    requests[id]?.begin()
    runSteps(id)
  }

  private func runSteps(_ id: Int32) {
    while !isClosed, let request = requests[id], let response = request.response,
      request.nextStep < response.steps.count
    {
      requests[id]?.nextStep += 1
      if case .wait(let duration) = response.steps[request.nextStep] { return pause(id, duration) }
      run(response.steps[request.nextStep], id)
    }
  }

  private func pause(_ id: Int32, _ duration: Duration) {
    requests[id]?.timer = loop.schedule(at: Deadline(loop.now + duration)) { [weak self] in
      self?.assumeIsolated { connection in
        connection.requests[id]?.timer = nil
        connection.runSteps(id)
        connection.flush()
      }
    }
  }

  private func run(_ step: Response.Step, _ id: Int32) {
    switch step {
    case .accept: accept(id)
    case .wait: break
    case .headers(let fields, let endStream): session.submitHeaders(id, fields, endStream: endStream)
    case .data(let bytes, let endStream): session.submitData(id, bytes, endStream: endStream)
    case .trailers(let fields): session.submitTrailers(id, fields)
    case .reset(let code):
      settleOutput()
      session.submitReset(id, code.rawValue)
    case .goAway(let code, let lastStream, let debug): goAway(code, lastStream, debug: debug, current: id)
    case .settings(let settings): session.submitSettings(settings)
    case .ping: session.submitPing()
    case .rawBytes(let bytes): append(bytes)
    case .flood(let flood): startFlood(flood, id)
    case .stopReading: readsPaused = true
    case .close: flushAndClose()
    case .abort: close()
    }
  }

  func goAway(
    _ code: LoopbackCollector.ErrorCode, _ lastStream: LoopbackCollector.LastStream, debug: String, current: Int32
  ) {
    let last: Int32 =
      switch lastStream {
      case .none: 0
      case .current: current
      case .beforeCurrent: max(0, current - 2)
      case .all: .max
      case .id(let id): id
      }
    sendGoAway(last, code.rawValue, debug)
    if lastStream != .all { closesWhenIdle = true }
  }

  /// Accepts the items, unless a GOAWAY has declared the request unprocessed: the client then sends it again elsewhere.
  private func accept(_ id: Int32) {
    guard id <= goAwayLimit, let pending = requests[id], let request = pending.request else { return }
    lastAccepted = max(lastAccepted, id)
    store.accepted(request, pending.scripted ?? .success)
  }

  /// Sends GOAWAY, with a last stream that covers all accepted requests: for others, the client would send an accepted
  /// request again. A last stream that is not yet open is only a warning, so nghttp2, which would stop reading, doesn't
  /// send that frame itself.
  func sendGoAway(_ lastStream: Int32, _ code: UInt32, _ debug: String) {
    let lastStream = max(lastStream, lastAccepted)
    goAwayLimit = min(goAwayLimit, lastStream)
    if session.hasFrames, lastStream > session.lastProcessedStream {
      append(ServerSession.goAwayFrame(lastStream: lastStream, code, debug: debug))
    } else {
      session.submitGoAway(lastStream: lastStream, code, debug: debug)
    }
  }

  /// Sends the GOAWAY that the test asked for.
  func goAwayNow(
    _ code: LoopbackCollector.ErrorCode, _ lastStream: LoopbackCollector.LastStream, debug: String
  ) {
    goAway(code, lastStream, debug: debug, current: session.lastProcessedStream)
    flush()
  }

  func sendSettings(_ settings: [UInt16: UInt32]) {
    session.submitSettings(settings)
    flush()
  }
}

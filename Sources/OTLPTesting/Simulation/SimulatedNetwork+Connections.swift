internal import HTTP2Transport
internal import OTLPSystem
internal import Synchronization
internal import TelemetryCore

// The operations of a connection's ends. Each delay is an event of the clock.
extension SimulatedNetwork {
  func open(_ link: SimulatedLink) -> Int {
    let number = state.withLock { state in
      defer { state.nextConnection += 1 }
      state.connections[state.nextConnection] = SimulatedConnection(link: link, at: clock.present)
      return state.nextConnection
    }
    clock.record(3, number)
    for case .cutAfter(let duration) in link.faults {
      clock.schedule(after: duration) { self.reset(number) }
    }
    return number
  }

  func activate(_ number: Int, _ side: SimulatedSide, _ token: HandlerToken) {
    state.withLock { $0.connections[number]?.ends[side.rawValue].token = token }
    clock.schedule(at: clock.present) { self.notify(number, side, [.readable, .writable]) }
  }

  private func notify(_ number: Int, _ side: SimulatedSide, _ readiness: Readiness) {
    let end = state.withLock { $0.connections[number]?.ends[side.rawValue] }
    guard let end, !end.isClosed, let token = end.token else { return }
    clock.record(4, number, side.rawValue, Int(readiness.rawValue))
    clock.post(ReadyEvent(token: token, readiness: readiness))
  }

  // MARK: Writing

  private struct Sent {
    var bytes: [UInt8]
    var arrival: MonotonicInstant
    /// The bytes never arrive.
    var isLost: Bool
    /// The connection is reset after these bytes.
    var isCut: Bool
    var latency: Duration
  }

  func write(_ slices: UnsafeBufferPointer<IOSlice>, to number: Int, _ side: SimulatedSide) -> IOResult {
    let sent: Result<Sent, WriteRefusal> = state.withLock { state in
      unsafe send(slices, number, side, &state)
    }
    switch sent {
    case .failure(.full): return .wouldBlock
    case .failure(.dead(let code)): return .failed(SystemError(call: "send", code: code))
    case .success(let sent):
      clock.record(5, number, side.rawValue, sent.bytes.count)
      schedule(sent, number, side)
      return .bytes(sent.bytes.count)
    }
  }

  private enum WriteRefusal: Error {
    case full
    case dead(Int32)
  }

  private func send(
    _ slices: UnsafeBufferPointer<IOSlice>, _ number: Int, _ side: SimulatedSide, _ state: inout State
  ) -> Result<Sent, WriteRefusal> {
    guard let connection = state.connections[number], !connection.isClosed(side) else {
      return .failure(.dead(EBADF))
    }
    guard !connection.ends[side.rawValue].isReset else { return .failure(.dead(ECONNRESET)) }
    let flow = connection.flows[side.rawValue]
    var room = connection.link.bufferSize - flow.buffered
    guard room > 0 else {
      connection.flows[side.rawValue].writerWaits = true
      return .failure(.full)
    }
    if let sizes = connection.link.writeSize { room = min(room, Int.random(in: sizes, using: &state.random)) }
    let cut = connection.distanceToCut(from: side)
    if let cut, cut > 0 { room = min(room, cut) }
    let bytes = unsafe SimulatedNetwork.gather(slices, atMost: room)
    let isLost = cut == 0 || connection.isBlackHole(from: side, at: clock.present)
    let latency = state.random.duration(in: connection.link.latency)
    let stall = connection.stall(from: side, between: flow.written, and: flow.written + bytes.count)
    let arrival = max(flow.lastArrival, clock.present + latency + stall)
    connection.flows[side.rawValue].written += bytes.count
    connection.flows[side.rawValue].inTransit += bytes.count
    connection.flows[side.rawValue].lastArrival = arrival
    let isCut = cut.map { bytes.count >= $0 } ?? false
    return .success(Sent(bytes: bytes, arrival: arrival, isLost: isLost, isCut: isCut, latency: latency))
  }

  private func schedule(_ sent: Sent, _ number: Int, _ side: SimulatedSide) {
    if !sent.isLost { clock.schedule(at: sent.arrival) { self.arrive(sent.bytes, number, side) } }
    guard sent.isCut else { return }
    // The peer sees the reset after the last bytes, the writer one latency later.
    clock.schedule(at: sent.arrival) { self.resetEnd(number, side.other) }
    clock.schedule(at: sent.arrival + sent.latency) { self.resetEnd(number, side) }
  }

  private func arrive(_ bytes: [UInt8], _ number: Int, _ side: SimulatedSide) {
    let receiver = state.withLock { state -> SimulatedConnection.End? in
      guard let end = state.connections[number]?.ends[side.other.rawValue] else { return nil }
      if end.isClosed || end.isReset {
        state.connections[number]?.flows[side.rawValue].inTransit -= bytes.count
      } else {
        state.connections[number]?.flows[side.rawValue].arrive(bytes)
      }
      return end
    }
    guard let receiver else { return }
    if receiver.isClosed {
      // The closed end answers with a reset, which arrives after all bytes that it sent before.
      let lastArrival = state.withLock { $0.connections[number]?.flows[side.other.rawValue].lastArrival }
      let soon = clock.present + .microseconds(200)
      clock.schedule(at: max(soon, lastArrival ?? soon)) { self.resetEnd(number, side) }
    } else {
      notify(number, side.other, .readable)
    }
  }

  @unsafe
  private static func gather(_ slices: UnsafeBufferPointer<IOSlice>, atMost limit: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    while index < slices.count, bytes.count < limit {
      let slice = unsafe slices[index]
      let count = unsafe min(slice.count, limit - bytes.count)
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: slice.start, count: count))
      index += 1
    }
    return bytes
  }

  // MARK: Reading

  func read(from number: Int, _ side: SimulatedSide, into buffer: UnsafeMutableRawBufferPointer) -> IOResult {
    // SAFETY: the buffer outlives this call, and the closure doesn't outlive it.
    nonisolated(unsafe) let buffer = unsafe buffer
    let (result, freed) = state.withLock { state -> (IOResult, Bool) in
      guard let connection = state.connections[number], !connection.isClosed(side) else {
        return (.failed(SystemError(call: "recv", code: EBADF)), false)
      }
      let flow = side.other.rawValue
      let count = unsafe connection.flows[flow].read(into: buffer)
      guard count > 0 else {
        if connection.ends[side.rawValue].isReset {
          return (.failed(SystemError(call: "recv", code: ECONNRESET)), false)
        }
        return (connection.flows[flow].hasEnded ? .end : .wouldBlock, false)
      }
      let writerWaits = connection.flows[flow].writerWaits
      connection.flows[flow].writerWaits = false
      return (.bytes(count), writerWaits)
    }
    if case .bytes(let count) = result { clock.record(6, number, side.rawValue, count) }
    if freed { clock.schedule(after: .microseconds(100)) { self.notify(number, side.other, .writable) } }
    return result
  }

  // MARK: Ends

  func close(_ number: Int, _ side: SimulatedSide) {
    let (arrival, isLost) = state.withLock { state -> (MonotonicInstant?, Bool) in
      guard let connection = state.connections[number], !connection.isClosed(side) else { return (nil, false) }
      state.connections[number]?.ends[side.rawValue].isClosed = true
      state.connections[number]?.flows[side.other.rawValue].discard()
      let latency = state.random.duration(in: connection.link.latency)
      let arrival = max(connection.flows[side.rawValue].lastArrival, clock.present + latency)
      if connection.isClosed(side.other) { state.connections[number] = nil }
      return (arrival, connection.isBlackHole(from: side, at: clock.present))
    }
    guard let arrival else { return }
    clock.record(7, number, side.rawValue)
    guard !isLost else { return }
    clock.schedule(at: arrival) {
      self.state.withLock { $0.connections[number]?.flows[side.rawValue].hasEnded = true }
      self.notify(number, side.other, [.readable, .hangUp])
    }
  }

  /// Resets a connection: both ends see the reset now.
  func reset(_ number: Int) {
    for side in SimulatedSide.allCases { resetEnd(number, side) }
  }

  private func resetEnd(_ number: Int, _ side: SimulatedSide) {
    state.withLock { $0.connections[number]?.ends[side.rawValue].isReset = true }
    notify(number, side, [.readable, .writable, .hangUp])
  }
}

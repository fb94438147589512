import HTTP2Transport
import OTLPTesting
import TelemetryCore

/// Sends and receives bytes at one end of a transport.
actor PipeClient: LoopHandler {
  nonisolated let loop: TelemetryLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let transport: any Transport
  private(set) var received: [UInt8] = []
  private(set) var ending: IOResult?
  private var toSend: [UInt8] = []
  private var sent = 0
  private var readsPaused = false
  private let ended = Promise<IOResult>()

  init(loop: TelemetryLoop, transport: sending any Transport) {
    self.loop = loop
    self.transport = transport
  }

  func start() throws { try transport.activate(self) }

  func send(_ bytes: [UInt8]) {
    toSend += bytes
    flush()
  }

  var unsentCount: Int { toSend.count - sent }

  func pauseReading(_ paused: Bool) {
    readsPaused = paused
    if !paused { drain() }
  }

  func close() { transport.close() }

  /// The end of the stream, or nil if it is still open after `limit`.
  func end(within limit: Duration) async -> IOResult? { await ended.value(until: Deadline(loop.now + limit), on: loop) }

  nonisolated func ready(_ readiness: Readiness) {
    assumeIsolated { client in
      if readiness.contains(.writable) { client.flush() }
      if !client.readsPaused { client.drain() }
    }
  }

  private func flush() {
    while sent < toSend.count {
      guard case .bytes(let count) = toSend[sent...].withUnsafeBytes({ transport.write($0) }) else { return }
      sent += count
    }
  }

  private func drain() {
    while ending == nil {
      var buffer = [UInt8](repeating: 0, count: 16_384)
      let result = buffer.withUnsafeMutableBytes { transport.read(into: $0) }
      switch result {
      case .bytes(let count): received += buffer[..<count]
      case .wouldBlock: return
      case .end, .failed:
        ending = result
        ended.fulfil(result)
      }
    }
  }
}

import HTTP2Transport
import Synchronization
import TelemetryCore

/// A transport that can be made quiet: then bytes can still be read but aren't reported. If broken, writes fail too.
final class BreakableTransport: Transport {
  final class Link: Sendable {
    let isQuiet = Atomic(false)
    let isBroken = Atomic(false)
  }

  private final class Listener: LoopHandler {
    private let handler: any LoopHandler
    private let link: Link

    init(_ handler: any LoopHandler, _ link: Link) {
      self.handler = handler
      self.link = link
    }

    func ready(_ readiness: Readiness) {
      if link.isQuiet.load(ordering: .relaxed) || link.isBroken.load(ordering: .relaxed) { return }
      handler.ready(readiness)
    }
  }

  private let transport: any Transport
  private let link: Link

  init(_ transport: any Transport, _ link: Link) {
    self.transport = transport
    self.link = link
  }

  var peer: String { transport.peer }

  func activate(_ handler: any LoopHandler) throws(SystemError) {
    try transport.activate(Listener(handler, link))
  }

  func write(_ slices: UnsafeBufferPointer<IOSlice>) -> IOResult {
    guard !link.isBroken.load(ordering: .relaxed) else { return .failed(SystemError(call: "sendmsg", code: 32)) }
    return transport.write(slices)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> IOResult { transport.read(into: buffer) }
  func setUserTimeout(_ timeout: Duration) { transport.setUserTimeout(timeout) }
  func close() { transport.close() }
}

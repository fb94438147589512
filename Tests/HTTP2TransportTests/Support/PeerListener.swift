import TelemetryCore

/// Serves HTTP/2 on a listening socket: every connection gets a `FramePeer`.
final class PeerListener: LoopHandler {
  let loop: TelemetryLoop
  let first = Promise<FramePeer>()
  private let accept: @Sendable () -> FramePeer?

  init(loop: TelemetryLoop, accept: @escaping @Sendable () -> FramePeer?) {
    self.loop = loop
    self.accept = accept
  }

  func ready(_ readiness: Readiness) {
    while let peer = accept() { first.fulfil(peer) }
  }
}

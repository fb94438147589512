package import TelemetryCore

/// A client's HTTP/2 connection over one transport, in plaintext (with prior knowledge) or TLS.
package actor HTTP2Connection: LoopHandler {
  package nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  /// Makes a connection; nothing is sent before `start`. Once started it lives until it is closed, by either side.
  /// - Parameters:
  ///   - loop: The loop that the transport belongs to.
  ///   - tls: The client's side of TLS, not started; nil for plaintext.
  ///   - onEvent: Called on the loop; must not block.
  package init(
    loop: EventLoop, transport: sending any Transport, tls: sending TLSEngine? = nil,
    configuration: HTTP2Configuration = .init(), onEvent: @escaping @Sendable (HTTP2ConnectionEvent) -> Void = { _ in }
  ) {
    self.loop = loop
  }

  /// Whether a request would be taken now: started, no GOAWAY, not closed, stream identifiers left. A request that
  /// is beyond the server's limit of concurrent streams waits in turn.
  package var acceptsRequests: Bool { false }

  /// The requests that are open: waiting for a stream, being sent, or unanswered.
  package var openRequests: Int { 0 }

  /// Shakes hands: TLS with `h2`, the preface, SETTINGS both ways. Returns when the server's SETTINGS arrived.
  /// After an error the connection is closed.
  package func start(deadline: Deadline) async throws(HTTP2ConnectError) { fatalError("to come") }

  /// Sends a request and waits for its response. Several may be open at once. When the deadline passes or the calling
  /// task is cancelled, the stream is reset and the call returns at once.
  package func request(_ request: HTTP2Request, deadline: Deadline) async -> HTTP2Response { fatalError("to come") }

  /// Takes no more requests, waits until the open ones have ended or the deadline has passed, says GOAWAY and closes.
  package func close(deadline: Deadline) async { fatalError("to come") }

  package nonisolated func ready(_ readiness: Readiness) { fatalError("to come") }
}

/// How busy a connection is: for those who have several.
extension HTTP2Connection {
  /// What would make another request wait now; nil if nothing.
  package var limit: HTTP2Limit? {
    guard let session else { return nil }
    if isAnyoneWaiting || !session.hasRoom { return .streams(session.maxConcurrentStreams) }
    return session.openCalls > 0 && session.isWindowShut ? .window : nil
  }

  /// What makes requests wait at this moment; nil if none does.
  package var waitsFor: HTTP2Limit? {
    guard let session else { return nil }
    if isAnyoneWaiting { return .streams(session.maxConcurrentStreams) }
    return session.isWindowShut && session.backlog > 0 ? .window : nil
  }

  /// Requests that wait for a stream.
  package var waitingCount: Int { waiting.count }

  /// What is left to be sent of the bodies of requests that are open.
  package var backlog: Int { session?.backlog ?? 0 }

  /// What has been sent of the bodies of requests that are open: it doesn't change while the window is shut.
  package var bodyBytesSent: Int { session?.bodyBytesSent ?? 0 }

  /// Sends away requests that wait for a stream, the first ones first. Returns how many.
  package func releaseWaiting(atMost count: Int = .max) -> Int {
    guard isAnyoneWaiting, let limit else { return 0 }
    let released = waiting.prefix(count)
    waiting.removeFirst(released.count)
    for call in released { HTTP2Connection.answer(call, .noStreamAvailable(limit)) }
    return released.count
  }
}

/// The load of a connection, for an owner of several connections.
extension HTTP2Connection {
  /// The limit that would make another request wait; nil if none would.
  package var limit: HTTP2Limit? {
    guard let session else { return nil }
    if hasQueuedRequests || !session.hasRoom { return .streams(session.maxConcurrentStreams) }
    return session.openRequests > 0 && session.isWindowShut ? .window : nil
  }

  /// The limit that makes requests wait now; nil if none does.
  package var limitInEffect: HTTP2Limit? {
    guard let session else { return nil }
    if hasQueuedRequests { return .streams(session.maxConcurrentStreams) }
    return session.isWindowShut && session.backlog > 0 ? .window : nil
  }

  /// The number of requests that wait for a stream.
  package var queuedRequests: Int { queue.count }

  /// The number of bytes that the bodies of open requests have yet to send.
  package var backlog: Int { session?.backlog ?? 0 }

  /// The number of bytes that the bodies of open requests have sent. Constant while the window is shut.
  package var bodyBytesSent: Int { session?.bodyBytesSent ?? 0 }

  /// Fails the oldest queued requests with `noStreamAvailable`, so that their callers find another connection.
  /// - Returns: The number of requests.
  package func releaseQueuedRequests(atMost count: Int = .max) -> Int {
    guard hasQueuedRequests, let limit else { return 0 }
    let released = queue.removeFirst(atMost: count)
    for entry in released { entry.fail(.noStreamAvailable(limit)) }
    return released.count
  }
}

extension LoopbackCollector {
  /// The counts of a collector since its start or its last ``LoopbackCollector/reset()``.
  public struct Counts: Sendable, Hashable {
    /// Accepted connections.
    public var connections = 0
    /// Connections that are open now.
    public var openConnections = 0
    /// Complete requests.
    public var requests = 0
    /// Requests with accepted spans.
    public var acceptedRequests = 0
    /// Accepted spans, without those that ``Response/partialSuccess(rejected:message:)`` rejected.
    public var spans = 0
    /// Streams that the client reset.
    public var clientResets = 0
    /// Bytes read from all connections, after decryption.
    public var bytesRead = 0
  }
}

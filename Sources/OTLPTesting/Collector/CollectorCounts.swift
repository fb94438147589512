extension LoopbackCollector {
  /// The counts of a collector since its start or its last ``LoopbackCollector/reset()``.
  public struct Counts: Sendable, Hashable {
    /// Accepted connections.
    public var connections = 0
    /// Connections that are open now.
    public var openConnections = 0
    /// Complete requests.
    public var requests = 0
    /// Requests with accepted items.
    public var acceptedRequests = 0
    /// Accepted spans, without those that ``Response/partialSuccess(rejected:message:)`` rejected.
    public var spans = 0
    /// Accepted log records, likewise.
    public var logRecords = 0
    /// Accepted data points of metrics, likewise.
    public var dataPoints = 0
    /// Streams that the client reset.
    public var clientResets = 0
    /// Bytes read from all connections, after decryption.
    public var bytesRead = 0
  }
}

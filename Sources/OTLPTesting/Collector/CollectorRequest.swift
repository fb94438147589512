public import TelemetrySDK

extension LoopbackCollector {
  /// A request that a collector received.
  public struct Request: Sendable {
    /// The `:path`.
    public var path: String
    /// All header fields in their order, with the pseudo-headers.
    public var headers: [Field]
    /// The number of bytes of the body on the wire, with gRPC's five-byte prefix.
    public var wireBytes: Int
    /// The number of bytes of the message after decompression.
    public var messageBytes: Int
    /// True if the message was compressed on the wire.
    public var isCompressed: Bool
    /// The signal whose export the request is, over gRPC or HTTP; nil for another method.
    public var signal: OTLPSignal?
    /// The number of spans, log records or data points in the message.
    public var itemCount: Int
    /// The number of spans in the message.
    public var spanCount: Int { signal == .traces ? itemCount : 0 }
    /// The spans, for the handler of ``LoopbackCollector/onRequest(_:)``; empty in ``LoopbackCollector/requests``, and if
    /// the collector keeps no spans.
    public var spans: [SpanData] = []
    /// The log records, likewise.
    public var logRecords: [LogRecord] = []
    /// The metrics, likewise.
    public var metrics: [Metric] = []
    /// The ids of the spans, for the handler, if the configuration asks for them.
    package var spanIDs: [UInt64] = []
    /// The body on the wire, if ``LoopbackCollector/Configuration/keepsBodies`` is true.
    public var body: [UInt8]
    /// The number of the connection, from 1.
    public var connection: Int
    /// The HTTP/2 stream.
    public var stream: Int32

    /// The value of the first header field with a name, or nil if there is none.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
  }
}

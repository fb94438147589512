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
    /// The number of spans in the message.
    public var spanCount: Int
    /// The spans, for the handler of ``LoopbackCollector/onRequest(_:)``; empty in ``LoopbackCollector/requests``, and if
    /// the collector keeps no spans.
    public var spans: [SpanData]
    /// The ids of the spans, for the handler, if the configuration asks for them.
    package var spanIDs: [UInt64] = []
    /// True for an export of traces, over gRPC or HTTP.
    package var isExport = false
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

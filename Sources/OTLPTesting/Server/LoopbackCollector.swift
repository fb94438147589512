public import TelemetrySDK

/// An OTLP/gRPC receiver in the test's own process: it counts and keeps the spans that it gets, and fails on demand.
///
/// ```swift
/// let collector = try await LoopbackCollector()
/// collector.script(.status(.unavailable), .silence)           // the next two requests; later ones succeed
/// let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
/// …
/// #expect(await collector.waitForSpans(512, within: .seconds(5)))
/// await collector.stop()
/// ```
public final class LoopbackCollector: Sendable {
  /// A request as it arrived.
  public struct Request: Sendable {
    /// The `:path`.
    public var path: String
    /// All header fields in their order, pseudo-headers too.
    public var headers: [Field]
    /// Bytes of the body on the wire, with gRPC's five-byte prefix.
    public var wireBytes: Int
    /// Bytes of the message after decompression.
    public var messageBytes: Int
    /// Whether the message was compressed on the wire.
    public var isCompressed: Bool
    /// Spans in the message.
    public var spanCount: Int
    /// The spans, while the request is being answered, if the collector keeps spans at all; not kept with the request.
    public var spans: [SpanData]
    /// The body as it was on the wire, if the configuration asks for it.
    public var body: [UInt8]
    /// The connection, counted from 1.
    public var connection: Int
    /// The HTTP/2 stream.
    public var stream: Int32

    /// The value of a header field; nil if there is none.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
  }

  /// What a collector does with one connection.
  public enum ConnectionBehavior: Sendable, Hashable {
    /// Serves it.
    case serve
    /// Closes it at once.
    case close
    /// Says nothing, not even SETTINGS, and reads.
    case silence
    /// Says nothing and reads nothing.
    case ignore
    /// Answers the first bytes with these instead of HTTP/2, such as an HTTP/1.1 response, and closes.
    case reply([UInt8])
    /// Serves it, and closes it when so many bytes have been read.
    case closeAfter(bytesRead: Int)
    /// Serves it, and stops reading when so many bytes have been read.
    case stopReadingAfter(bytesRead: Int)
  }

  /// Counts since the start.
  public struct Counts: Sendable, Hashable {
    /// Connections that were accepted.
    public var connections = 0
    /// Connections that are open now.
    public var openConnections = 0
    /// Requests that arrived complete.
    public var requests = 0
    /// Requests whose spans were accepted.
    public var acceptedRequests = 0
    /// Spans that were accepted.
    public var spans = 0
    /// Streams that the client reset.
    public var clientResets = 0
    /// Bytes read from all connections, after decryption.
    public var bytesRead = 0
  }

  /// Starts to listen.
  /// - Parameters:
  ///   - configuration: Where, and what it demands and keeps.
  ///   - runtime: The threads to run on.
  /// - Throws: If the address can't be had or a file for TLS can't be used.
  public init(_ configuration: Configuration = .init(), runtime: Runtime = .shared) async throws {
    fatalError("to come")
  }

  /// The endpoint as an exporter takes it: `http://127.0.0.1:port`, `https://…` or `unix:path`.
  public var endpoint: String { fatalError("to come") }

  /// The port; 0 for a socket in the file system.
  public var port: UInt16 { fatalError("to come") }

  // MARK: What arrived

  /// The counts.
  public var counts: Counts { fatalError("to come") }

  /// Spans that were accepted; more than ``spans`` holds if the configuration keeps fewer.
  public var spanCount: Int { counts.spans }

  /// Requests that arrived complete, accepted or not.
  public var requestCount: Int { counts.requests }

  /// The accepted spans in the order of arrival.
  public var spans: [SpanData] { fatalError("to come") }

  /// The latest requests in the order of arrival.
  public var requests: [Request] { fatalError("to come") }

  /// Forgets spans, requests and counts.
  public func reset() { fatalError("to come") }

  /// Waits until so many spans were accepted; false if they haven't been within the time.
  public func waitForSpans(_ count: Int, within limit: Duration) async -> Bool { fatalError("to come") }

  /// Waits until so many requests arrived; false if they haven't within the time.
  public func waitForRequests(_ count: Int, within limit: Duration) async -> Bool { fatalError("to come") }

  // MARK: What is answered

  /// Adds to the queue of answers: each request takes one; when none is left, the handler answers, else success.
  public func script(_ responses: Response...) { fatalError("to come") }

  /// Answers requests for which no answer is scripted; nil goes back to success. Called on the event loop when the
  /// request is complete; must not block.
  public func onRequest(_ handler: (@Sendable (Request) -> Response)?) { fatalError("to come") }

  /// Adds to the queue of behaviours for the next connections; when none is left they are served.
  public func scriptConnections(_ behaviors: ConnectionBehavior...) { fatalError("to come") }

  /// Sends GOAWAY on each open connection.
  public func goAway(_ code: ErrorCode = .noError, lastStream: LastStream = .all, debug: String = "") async {
    fatalError("to come")
  }

  /// Sends SETTINGS on each open connection, by identifier.
  public func sendSettings(_ settings: [UInt16: UInt32]) async { fatalError("to come") }

  /// Closes each open connection at once; new ones are accepted.
  public func closeConnections() async { fatalError("to come") }

  // MARK: Life

  /// Closes the listening socket and all connections. Counts and spans stay readable.
  public func stop() async { fatalError("to come") }

  /// Listens again, on the same address and port.
  public func restart() async throws { fatalError("to come") }
}

internal import HTTP2Transport
internal import TelemetryCore
public import TelemetrySDK

extension LoopbackCollector {
  /// The address on which a collector listens.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Address: Sendable, Hashable {
    /// An IP address of this machine and a port. Port 0 chooses a free port.
    case tcp(host: String, port: UInt16)
    /// A Unix domain socket at a path.
    case unix(path: String)
  }

  /// The files for TLS, in PEM.
  public struct TLS: Sendable, Hashable {
    /// The server's certificate, followed by its intermediate certificates.
    public var certificate: String
    /// The certificate's private key.
    public var privateKey: String
    /// The certificates of the authorities for client certificates. If set, a client must present a certificate. Default
    /// nil.
    public var clientCA: String?
    /// The protocols for ALPN, for tests of a server without HTTP/2 or without HTTP/1.1.
    package var applicationProtocols = ["h2", "http/1.1"]
    /// If true, clients can resume their sessions.
    package var issuesTickets = false

    /// Makes a set of files.
    public init(certificate: String, privateKey: String, clientCA: String? = nil) {
      self.certificate = certificate
      self.privateKey = privateKey
      self.clientCA = clientCA
    }
  }

  /// The address of a collector, its requirements for requests, and its limits.
  public struct Configuration: Sendable {
    /// The address. Default: a free port of 127.0.0.1.
    public var address = Address.tcp(host: "127.0.0.1", port: 0)
    /// A second address, such as port 4318, which OTLP over HTTP has by custom. Both addresses take all protocols. Default
    /// nil.
    public var secondAddress: Address?
    /// The files for TLS, or nil for plaintext. Default nil.
    public var tls: TLS?
    /// The metadata that each request must have, by lower-case name, such as `authorization`. Other requests fail with
    /// UNAUTHENTICATED. Default none.
    public var requiredHeaders: [String: String] = [:]
    /// The maximum size of a message in bytes, before and after decompression. A larger one fails with the same status as
    /// from gRPC's Go server. Default 4 MiB.
    public var maxMessageBytes = 4 << 20
    /// If false, a compressed message fails with UNIMPLEMENTED. Default true.
    public var acceptsGzip = true
    /// The maximum number of spans that are kept. Later spans are only counted; with 0, no spans are decoded. Default
    /// 1,000,000.
    public var keptSpans = 1_000_000
    /// The same for log records.
    public var keptLogRecords = 1_000_000
    /// The same for metrics, each of which may have many data points.
    public var keptMetrics = 1_000_000
    /// The number of latest requests that are kept. Default 100.
    public var keptRequests = 100
    /// If true, a request keeps its body on the wire. Default false.
    public var keepsBodies = false
    /// Called with the spans of each accepted request on the collector's event loop. Must not block.
    public var onSpans: (@Sendable ([SpanData]) -> Void)?
    /// The same for log records.
    public var onLogRecords: (@Sendable ([LogRecord]) -> Void)?
    /// The same for metrics.
    public var onMetrics: (@Sendable ([Metric]) -> Void)?

    /// The initial handler of ``LoopbackCollector/onRequest(_:)``.
    package var onRequest: (@Sendable (Request) -> Response)?
    /// If true, the handler also responds to other methods than exports. If false, these fail with
    /// UNIMPLEMENTED.
    package var answersAnyMethod = false
    /// If true, a connection begins with the client's bytes, by which its protocol is known. If false, it begins with the
    /// settings of HTTP/2, as a server's does that speaks nothing else.
    package var waitsForProtocol = true
    /// If true, the span ids of each request are read, without decoding the spans.
    package var readsSpanIDs = false
    /// Called with each accepted request and its response.
    package var onAccept: (@Sendable (Request, Response) -> Void)?

    /// SETTINGS_INITIAL_WINDOW_SIZE: the number of bytes of a request that a client may send before the first
    /// WINDOW_UPDATE. Default 4 MiB.
    public var initialWindowSize = 4 << 20
    /// The flow-control window of each connection in bytes, at least 65,535. Default 16 MiB.
    public var connectionWindowSize = 16 << 20
    /// If false, no WINDOW_UPDATE is sent, so a request larger than the initial window never completes. Default true.
    public var grantsWindow = true
    /// SETTINGS_MAX_CONCURRENT_STREAMS. Default 100.
    public var maxConcurrentStreams = 100
    /// The age at which a connection gets GOAWAY (NO_ERROR), as from servers with a maximum connection age. The connection
    /// closes when its requests are complete. Default nil: no maximum.
    public var maxConnectionAge: Duration?

    /// The default values.
    public init() {}

    /// The default values, with a port of 127.0.0.1 and optional files for TLS.
    public init(port: UInt16, tls: TLS? = nil) {
      address = .tcp(host: "127.0.0.1", port: port)
      self.tls = tls
    }

    /// The default values, with an address and optional files for TLS.
    public init(address: Address, tls: TLS? = nil) {
      self.address = address
      self.tls = tls
    }
  }
}

extension LoopbackCollector.Configuration {
  /// The longest body of a request: compression hardly makes a message larger.
  var maxBodyBytes: Int {
    let message = max(0, maxMessageBytes)
    let (sum, overflow) = message.addingReportingOverflow(message / 16 + 64 << 10)
    return overflow ? .max : sum
  }

  /// The TLS context from the files, or nil for plaintext.
  func tlsContext() throws -> TLSServerContext? {
    try tls.map {
      try TLSServerContext(
        TLSServerConfiguration(
          certificate: $0.certificate, key: $0.privateKey, clientAuthorities: $0.clientCA,
          applicationProtocols: $0.applicationProtocols, issuesTickets: $0.issuesTickets))
    }
  }

  /// The addresses to listen on. A host must be an IP address of this machine.
  func socketAddresses() throws(ConfigurationError) -> [SocketAddress] {
    var addresses: [SocketAddress] = []
    for address in [address, secondAddress].compactMap(\.self) { addresses.append(try Self.socketAddress(address)) }
    return addresses
  }

  private static func socketAddress(_ address: LoopbackCollector.Address) throws(ConfigurationError) -> SocketAddress {
    switch address {
    case .unix(let path): return .unix(path: path)
    case .tcp(let host, let port):
      guard !host.hasPrefix("["), let address = SocketAddress(numeric: host, port: port) else {
        throw ConfigurationError(option: "address", value: host, allowed: "an IPv4 or IPv6 address of this machine")
      }
      return address
    }
  }
}

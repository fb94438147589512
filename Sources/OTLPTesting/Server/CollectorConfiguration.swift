internal import HTTP2Transport
internal import TelemetryCore
public import TelemetrySDK

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension LoopbackCollector {
  /// Where a collector listens.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Address: Sendable, Hashable {
    /// An IP address of this machine and a port; port 0 takes a free one.
    case tcp(host: String, port: UInt16)
    /// A socket at a path in the file system.
    case unix(path: String)
  }

  /// The files that a collector needs for TLS, all PEM.
  public struct TLS: Sendable, Hashable {
    /// The server's certificate, followed by those that issued it.
    public var certificate: String
    /// The certificate's private key.
    public var privateKey: String
    /// Certificates of the authorities whose client certificates are accepted. If set, a client must present one.
    public var clientCA: String?
    /// What is agreed to be spoken (ALPN); for tests of a server that doesn't know HTTP/2.
    package var applicationProtocols = ["h2"]
    /// Whether clients may resume their sessions.
    package var issuesTickets = false

    /// Makes a set of files.
    public init(certificate: String, privateKey: String, clientCA: String? = nil) {
      self.certificate = certificate
      self.privateKey = privateKey
      self.clientCA = clientCA
    }
  }

  /// How a collector listens, what it demands and what it keeps.
  public struct Configuration: Sendable {
    /// Where it listens; default a free port of 127.0.0.1.
    public var address = Address.tcp(host: "127.0.0.1", port: 0)
    /// Files for TLS; nil (the default) is plaintext.
    public var tls: TLS?
    /// Metadata that each request must carry, by lower-case name, such as `authorization`: else UNAUTHENTICATED.
    public var requiredHeaders: [String: String] = [:]
    /// The largest message in bytes, also after decompression; a larger one is answered as gRPC's Go server does.
    /// Default 4 MiB.
    public var maxMessageBytes = 4 << 20
    /// Whether gzip is understood; else a compressed message is answered with UNIMPLEMENTED. Default true.
    public var acceptsGzip = true
    /// How many spans are kept; those beyond are only counted. Default 1,000,000; 0 decodes none and only counts.
    public var keptSpans = 1_000_000
    /// How many requests are kept, the latest ones. Default 100.
    public var keptRequests = 100
    /// Whether a kept request keeps its body as it was on the wire. Default false.
    public var keepsBodies = false
    /// Called with the spans of each accepted request, on the collector's event loop; must not block.
    public var onSpans: (@Sendable ([SpanData]) -> Void)?

    /// Answers requests as ``LoopbackCollector/onRequest(_:)``'s handler does, from the first one on.
    package var onRequest: (@Sendable (Request) -> Response)?
    /// Whether methods other than the export of traces are handed to the handler; else they are unknown.
    package var answersAnyMethod = false
    /// Whether the span ids of each request are read, without decoding the spans.
    package var readsSpanIDs = false
    /// Called with each request whose spans are accepted, and what it is answered.
    package var onAccept: (@Sendable (Request, Response) -> Void)?

    /// SETTINGS_INITIAL_WINDOW_SIZE: how much of each request may be sent before the first WINDOW_UPDATE.
    /// Default 4 MiB.
    public var initialWindowSize = 4 << 20
    /// The window of each connection, at least 65,535; default 16 MiB.
    public var connectionWindowSize = 16 << 20
    /// Whether windows are given back as bytes are read. Default true; without, a request larger than the first
    /// window never ends.
    public var grantsWindow = true
    /// SETTINGS_MAX_CONCURRENT_STREAMS; default 100.
    public var maxConcurrentStreams = 100
    /// Sends GOAWAY (NO_ERROR) on each connection of this age, as servers with a maximum connection age do; the
    /// connection ends when its requests are answered. Default nil.
    public var maxConnectionAge: Duration?

    /// The default values.
    public init() {}

    /// A port of 127.0.0.1, and TLS if files are given.
    public init(port: UInt16, tls: TLS? = nil) {
      address = .tcp(host: "127.0.0.1", port: port)
      self.tls = tls
    }

    /// An address, and TLS if files are given.
    public init(address: Address, tls: TLS? = nil) {
      self.address = address
      self.tls = tls
    }
  }
}

extension LoopbackCollector.Configuration {
  /// The files, read; nil for plaintext.
  func tlsContext() throws -> TLSServerContext? {
    try tls.map {
      try TLSServerContext(
        TLSServerConfiguration(
          certificate: $0.certificate, key: $0.privateKey, clientAuthorities: $0.clientCA,
          applicationProtocols: $0.applicationProtocols, issuesTickets: $0.issuesTickets))
    }
  }

  /// The address as a socket takes it: the host must be an IP address of this machine.
  func socketAddress() throws(ConfigurationError) -> SocketAddress {
    switch address {
    case .unix(let path): return .unix(path: path)
    case .tcp(let host, let port):
      var four = in_addr()
      if unsafe inet_pton(AF_INET, host, &four) == 1 { return .ipv4(UInt32(bigEndian: four.s_addr), port: port) }
      var six = in6_addr()
      guard unsafe inet_pton(AF_INET6, host, &six) == 1 else {
        throw ConfigurationError(option: "address", value: host, allowed: "an IPv4 or IPv6 address of this machine")
      }
      let (high, low) = unsafe withUnsafeBytes(of: &six) {
        (unsafe $0.loadUnaligned(as: UInt64.self), unsafe $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
      return .ipv6(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), port: port, scope: 0)
    }
  }
}

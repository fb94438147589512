internal import GRPCClient
internal import OTLPExport
public import TelemetryCore

extension OTLPGRPCExporter {
  /// The server of an exporter, and the manner of sending.
  ///
  /// A value set in code overrides the environment, which ``apply(environment:signal:diagnostics:)`` reads. In the names of
  /// environment variables below, the name with `[TRACES_]` overrides the name without. Values are checked when the exporter
  /// is made. No description shows a header value or the credentials in a URL.
  public struct Configuration: Sendable {
    package var values: OTLPConfiguration

    /// The default values: `http://localhost:4317`, 10 s an attempt, automatic compression.
    public init() { values = OTLPConfiguration(endpoint: "http://localhost:4317") }

    /// The default values with an endpoint.
    public init(endpoint: String) {
      self.init()
      self.endpoint = endpoint
    }

    /// The server. Default `http://localhost:4317`, environment `OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT`.
    ///
    /// `http://host:port` is plaintext and `https://host:port` is TLS. `host:port`, `dns:host:port`, `ipv4:a:port,…` and
    /// `ipv6:[a]:port,…` are TLS unless ``insecure``. `unix:path`, `unix:///absolute/path` and `unix-abstract:name` are
    /// plaintext. An IPv6 address stands in brackets. The default port is 4317. A path is refused: gRPC fixes the path.
    /// Specification: OTLP exporter, endpoint for OTLP/gRPC (RULES 2.2).
    public var endpoint: String {
      get { values.endpoint.value }
      set { values.endpoints = [newValue] }
    }

    /// Several equivalent servers, the preferred first; ``endpoint`` is the first element. At most 100. Default and
    /// environment: as for ``endpoint``.
    ///
    /// Each has one of the forms of ``endpoint``. All use TLS or all use plaintext, which includes Unix sockets.
    /// ``loadBalancing`` decides which server is used.
    public var endpoints: [String] {
      get { values.endpoints }
      set { values.endpoints = newValue }
    }

    /// The use of several servers, or of several addresses of a server. Default ``LoadBalancing/pickFirst``; no environment name.
    public var loadBalancing = LoadBalancing.pickFirst

    /// The use of several servers (gRPC's policies; RULES 5.9, gRFC A61).
    ///
    /// Both policies eject a failing server (outlier detection) while another server works: after five consecutive failures (a
    /// lost connection, UNAVAILABLE, or no response in time), with `pickFirst` also when no connection can be established. The
    /// first ejection lasts 15 to 45 s, each further ejection longer, up to 150 to 450 s. The last server is never ejected.
    #if hasAttribute(nonexhaustive)
      @nonexhaustive
    #endif
    public enum LoadBalancing: Hashable, Sendable, CustomStringConvertible {
      /// All exports go to the first working server of ``Configuration/endpoints``. The addresses of a name are tried in
      /// parallel, and the first to connect is used (RFC 8305). When the ejection of a better server ends, a new connection is
      /// established beside the one in use, and replaces that once ready.
      case pickFirst
      /// Exports go in rotation to all addresses of all ``Configuration/endpoints``, over a connection to each. Names are
      /// resolved again after a failure and at ``Configuration/maxConnectionAge``; a connection to an address that is no
      /// longer listed closes when its exports have ended.
      case roundRobin

      /// gRPC's name of the policy.
      public var description: String { self == .pickFirst ? "pick_first" : "round_robin" }
    }

    /// The most connections to a server at once; 1 to 10, default 1. No environment name.
    ///
    /// A further connection is opened when exports wait for the server's limit of concurrent requests on a connection
    /// (`MAX_CONCURRENT_STREAMS`), or for a flow-control window that stays used up, as over a long distance. The connection
    /// closes after a while without an export. One warning reports that exports often wait and the limit is reached
    /// (RULES 5.6.13).
    public var maxConnections = 1

    /// Plaintext instead of TLS for an endpoint without a scheme; `http://` and `https://` override this value. Default false,
    /// environment `OTEL_EXPORTER_OTLP_[TRACES_]INSECURE` (RULES 2.2.3, 2.2.4).
    public var insecure: Bool {
      get { values.insecure.value }
      set { values.insecure.set(newValue) }
    }

    /// The authorities that may have signed the server's certificate: `.file(path)`, also as a string literal, or
    /// `.pem(text)`. Default nil: the system's authorities; environment `OTEL_EXPORTER_OTLP_[TRACES_]CERTIFICATE`, a path, or
    /// the text itself if it begins with `-----BEGIN`.
    ///
    /// A changed file is read again for the next connection (``certificateReloadInterval``); this holds for
    /// ``clientCertificate`` and ``clientKey`` too. If the changed files can't be used or don't belong together, a warning
    /// names the files, and the earlier content stays in use. A file has at most 8 MiB.
    public var certificate: PEMSource? {
      get { values.certificate.value }
      set { values.certificate.set(newValue) }
    }

    /// If true, the system's authorities are trusted in addition to ``certificate``. Default false; no environment name.
    public var includesSystemAuthorities: Bool {
      get { values.includesSystemAuthorities }
      set { values.includesSystemAuthorities = newValue }
    }

    /// The client's certificate and its chain, for servers that request one; requires ``clientKey``. Default nil, environment
    /// `OTEL_EXPORTER_OTLP_[TRACES_]CLIENT_CERTIFICATE`; forms as in ``certificate``.
    public var clientCertificate: PEMSource? {
      get { values.clientCertificate.value }
      set { values.clientCertificate.set(newValue) }
    }

    /// The private key of ``clientCertificate``. Default nil, environment `OTEL_EXPORTER_OTLP_[TRACES_]CLIENT_KEY`; forms as
    /// in ``certificate``. A warning names a file that every user of the machine can read.
    public var clientKey: PEMSource? {
      get { values.clientKey.value }
      set { values.clientKey.set(newValue) }
    }

    /// The password of an encrypted ``clientKey``. Default nil; no environment name.
    public var clientKeyPassword: KeyPassword? {
      get { values.clientKeyPassword }
      set { values.clientKeyPassword = newValue }
    }

    /// The name for SNI, which the server's certificate must have. Default nil: the host of ``authority``, else the
    /// endpoint's; no environment name.
    ///
    /// A host name, an IP address, or a SPIFFE ID such as `spiffe://example.org/collector`. The certificate must have a SPIFFE
    /// ID as a URI, byte for byte, whatever its hosts; SNI is then the endpoint's host.
    public var serverName: String? {
      get { values.serverName }
      set { values.serverName = newValue }
    }

    /// The `:authority` of each request, `host` or `host:port`, by which proxies route. The server's certificate must be for
    /// this host too, unless ``serverName`` is set. Default nil: the endpoint's; no environment name.
    public var authority: String? {
      get { values.authority }
      set { values.authority = newValue }
    }

    /// The oldest accepted version of TLS: `OTLPTLSVersion.tls12` or `OTLPTLSVersion.tls13`. Default TLS 1.2; no
    /// environment name.
    public var minimumTLSVersion: OTLPTLSVersion {
      get { values.minimumTLSVersion }
      set { values.minimumTLSVersion = newValue }
    }

    /// The shortest time between two checks of the files of ``certificate``, ``clientCertificate`` and ``clientKey`` for
    /// changes; 0 to 1 day, default 0: each new connection checks. Nil: the files are never read again. No environment name.
    public var certificateReloadInterval: Duration? {
      get { values.certificateReloadInterval }
      set { values.certificateReloadInterval = newValue }
    }

    /// The longest time of a connection attempt to an address, TLS and HTTP/2's first frames included. 100 ms to 10 min,
    /// default 20 s; no environment name.
    public var connectTimeout: Duration {
      get { values.connectTimeout }
      set { values.connectTimeout = newValue }
    }

    /// Headers of each request, such as `["authorization": "Bearer TOKEN"]`. Default none, environment
    /// `OTEL_EXPORTER_OTLP_[TRACES_]HEADERS` (`key=value,key=value`, percent-encoded; RULES 2.4), which doesn't replace names
    /// that are set here. `te`, `content-type`, `user-agent`, `grpc-…` and similar names are refused.
    public var headers: OTLPHeaders {
      get { values.headers }
      set { values.headers = newValue }
    }

    /// Provides headers that change, such as a token that expires. Default nil; no environment name.
    ///
    /// The provider is called when an export needs headers and none are valid, once for all exports that wait. The
    /// headers are used until their validity ends or the server responds UNAUTHENTICATED: then the provider is called once
    /// more, and the export is sent once more. The provider's headers override those of ``headers``. After a failure of the provider the export
    /// is retried after a pause, as if the server were unavailable; a loss then counts as `unreachable`.
    ///
    /// ```swift
    /// configuration.headerProvider = {
    ///   let token = try await tokens.next()
    ///   return ProvidedHeaders(["authorization": "Bearer \(token.text)"], validFor: token.lifetime)
    /// }
    /// ```
    public var headerProvider: HeaderProvider? {
      get { values.headerProvider }
      set { values.headerProvider = newValue }
    }

    /// The compression of requests: `.none`, `.gzip`, `.gzip(level:)` or `.auto`, which compresses where that pays: not to a
    /// server that is on this machine by its name or address. Default `.auto`, environment
    /// `OTEL_EXPORTER_OTLP_[TRACES_]COMPRESSION` (`none`, `gzip`). If a server refuses compression, the request is resent
    /// uncompressed, and so are all further requests until the next connection.
    public var compression: OTLPCompression {
      get { values.compression.value }
      set { values.compression.set(newValue) }
    }

    /// The longest time of an attempt; zero for no limit but the batch's. Default 10 s, environment
    /// `OTEL_EXPORTER_OTLP_[TRACES_]TIMEOUT` in milliseconds.
    ///
    /// The batch's deadline bounds all attempts and pauses together: the batch processor's export timeout, which also bounds
    /// each attempt, and in which the time of an outage doesn't count. A server that doesn't respond in time is considered
    /// down and gets the batch again, so the value should exceed the slowest response.
    public var timeout: Duration {
      get { values.timeout.value }
      set { values.timeout.set(newValue) }
    }

    /// The HTTP proxy for connections, or `OTLPProxy.none`. Default none, environment `grpc_proxy`, `https_proxy` or
    /// `http_proxy`, the first that is set, in lower or upper case; except for the servers in `no_grpc_proxy` or `no_proxy`,
    /// for `localhost` and for loopback addresses. `HTTP_PROXY` isn't read in a CGI program.
    ///
    /// A proxy set in code is used for every server except its own exceptions, and the environment isn't read. The proxy
    /// resolves the server's name; the proxy's own name is resolved here. Unix sockets use no proxy.
    /// Specification: gRFC A1 (RULES 5.9.11).
    public var proxy: OTLPProxy {
      get { values.proxy.value }
      set { values.proxy.set(newValue) }
    }

    /// The largest request message in bytes, before compression; 0 for no limit, default 64 MiB. A larger batch is split; a
    /// larger single item is dropped as `tooLarge`. A smaller limit that the server reports is kept by all exporters of the
    /// process to this endpoint; after 10 minutes a larger request is tried again. No environment name (RULES 1.1.7, 1.1.12).
    public var maxRequestSize: Int {
      get { values.maxRequestSize }
      set { values.maxRequestSize = newValue }
    }

    /// The largest response message in bytes, before and after decompression; at least 1, default 4 MiB. A larger response
    /// is a failure without retry. No environment name (RULES 1.1.9, 1.1.12).
    public var maxResponseSize: Int {
      get { values.maxResponseSize }
      set { values.maxResponseSize = newValue }
    }

    /// A product name in front of the exporter's own in `user-agent`, such as `MyDistribution/1.2`. Default none
    /// (RULES 2.5.4).
    public var userAgentPrefix: String {
      get { values.userAgentPrefix }
      set { values.userAgentPrefix = newValue }
    }

    /// The retry of failed exports.
    public var retry: OTLPRetryPolicy {
      get { values.retry }
      set { values.retry = newValue }
    }

    /// The most concurrent exports on all connections; 1 to 1000, default 16. A processor starts the next batch before the
    /// previous batch has a response, so a slow response doesn't delay the others (RULES 1.2.2).
    ///
    /// The exporter begins with 4 (or fewer, if this value is smaller) and grows to this number while all are in use and
    /// responses are quick: then the network takes the time. RESOURCE_EXHAUSTED or UNAVAILABLE halves the number of concurrent
    /// calls; while the server fails altogether (`OTLPRetryPolicy.circuitThreshold`) the number is one. A batch that always
    /// fails doesn't delay the others: one more may then wait in the exporter.
    public var maxConcurrentExports: Int {
      get { values.maxConcurrentExports }
      set { values.maxConcurrentExports = newValue }
    }

    /// HTTP/2 PINGs that check whether the server still responds. Default nil: none. No environment name.
    ///
    /// With PINGs, a dead connection, as behind a load balancer that lost the state, is detected after
    /// ``Keepalive/interval`` and ``Keepalive/timeout``; without, by the exports' ``timeout``. Many servers permit one PING in
    /// 5 minutes and close the connection of a client that sends more; the interval is then doubled.
    public var keepalive: Keepalive?

    /// The times of keepalive PINGs (gRFC A8; RULES 5.7).
    public struct Keepalive: Hashable, Sendable {
      /// The time without data from the server before a PING; 10 s to 1 day.
      public var interval: Duration
      /// The longest time until the response to a PING, after which the connection is closed; 1 s to 10 min, default 20 s. On
      /// Linux, sent bytes that stay unacknowledged for this time close the connection too.
      public var timeout: Duration
      /// If true, PINGs are sent even while no export is in progress. Default false.
      public var withoutCalls: Bool

      /// Makes a keepalive.
      public init(interval: Duration, timeout: Duration = .seconds(20), withoutCalls: Bool = false) {
        self.interval = interval
        self.timeout = timeout
        self.withoutCalls = withoutCalls
      }
    }

    /// The age, plus or minus a fifth, at which a connection is replaced. The name is then resolved again, so that new
    /// addresses are found while the old server still responds. The old connection serves until the new one is ready, and
    /// completes the exports in progress. 10 s to 30 days, nil for no limit; default 15 min. No environment name.
    public var maxConnectionAge: Duration? = .seconds(900)

    /// Sets values from `OTEL_EXPORTER_OTLP_…` that code hasn't set. A warning names a value that can't be used, and the
    /// default stays (RULES 2.6).
    public mutating func apply(
      environment: [String: String], signal: OTLPSignal = .traces, diagnostics: Diagnostics = .standardError
    ) {
      values.apply(environment: environment, signal: signal, protocolName: "grpc", diagnostics: diagnostics)
    }

    /// Checks all values without opening a file.
    /// - Throws: An `OTLPError` that names the first value that can't be used.
    public func validate() throws(OTLPError) { _ = try servers() }

    /// The servers, never empty.
    /// - Throws: An `OTLPError` that names the first value that can't be used.
    package func servers() throws(OTLPError) -> [Endpoint] {
      do throws(ConfigurationError) {
        try ConfigurationError.require(
          "maxConnections", maxConnections, in: GRPCChannelConfiguration.maxConnectionsRange)
        if let keepalive {
          try ConfigurationError.require(
            "keepalive.interval", keepalive.interval, in: .seconds(10) ... .seconds(86_400))
          try ConfigurationError.require("keepalive.timeout", keepalive.timeout, in: .seconds(1) ... .seconds(600))
        }
        if let maxConnectionAge {
          try ConfigurationError.require(
            "maxConnectionAge", maxConnectionAge, in: .seconds(10) ... .seconds(30 * 86_400))
        }
        return try values.validate()
      } catch {
        throw OTLPError(error)
      }
    }
  }
}

extension OTLPGRPCExporter.Configuration: CustomStringConvertible, CustomReflectable {
  /// Every value with its name, without secrets, in one line.
  public var description: String {
    fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ").sanitized(limit: 16_000)
  }

  /// The same as the description, value by value.
  public var customMirror: Mirror {
    Mirror(self, children: fields.map { (label: $0.name, value: $0.value as Any) }, displayStyle: .struct)
  }

  /// Every value with its name, without secrets.
  package var fields: [(name: String, value: String)] {
    [
      ("endpoint", endpoints.map(Endpoint.redacted).joined(separator: ",")), ("insecure", "\(insecure)"),
      ("loadBalancing", "\(loadBalancing)"), ("maxConnections", "\(maxConnections)"),
      ("maxConnectionAge", maxConnectionAge.map { "\($0)" } ?? "none"),
      ("keepalive", keepalive.map { "\($0.interval), \($0.timeout)\($0.withoutCalls ? ", always" : "")" } ?? "off"),
    ] + values.fields
  }
}

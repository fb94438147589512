internal import GRPCClient
internal import OTLPExport
public import TelemetryCore

extension OTLPGRPCExporter {
  /// Where an exporter sends to, and how.
  ///
  /// A value set in code wins over the environment, which ``apply(environment:signal:diagnostics:)`` reads; where an
  /// environment name below holds `[TRACES_]`, the name with it wins over the name without. Values are checked when the
  /// exporter is made. No description shows a header value or the credentials in a URL.
  public struct Configuration: Sendable {
    package var settings: OTLPSettings

    /// The default values: `http://localhost:4317`, 10 s an attempt, automatic compression.
    public init() { settings = OTLPSettings(endpoint: "http://localhost:4317") }

    /// The default values, and an endpoint.
    public init(endpoint: String) {
      self.init()
      self.endpoint = endpoint
    }

    /// The server. Default `http://localhost:4317`, environment `OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT`.
    ///
    /// `http://host:port` is plaintext and `https://host:port` is TLS. `host:port`, `dns:host:port`, `ipv4:a:port,…` and
    /// `ipv6:[a]:port,…` are TLS unless ``insecure``. `unix:path`, `unix:///absolute/path` and `unix-abstract:name` are
    /// plaintext. An IPv6 address stands in brackets. Without a port it is 4317. A path is refused: gRPC fixes it.
    /// Specification: OTLP exporter, endpoint for OTLP/gRPC (RULES 2.2).
    public var endpoint: String {
      get { settings.endpoint.value }
      set { settings.endpoints = [newValue] }
    }

    /// Several servers of which any may take any export, the preferred one first; the list that ``endpoint`` is the first
    /// of. Default and environment as there: one. At most 100.
    ///
    /// Each has one of the forms of ``endpoint``; all mean TLS or all plaintext, and Unix sockets may be among the latter.
    /// How they are used says ``loadBalancing``.
    public var endpoints: [String] {
      get { settings.endpoints }
      set { settings.endpoints = newValue }
    }

    /// How several servers, or several addresses of one, are used. Default ``LoadBalancing/pickFirst``; no environment
    /// name.
    public var loadBalancing = LoadBalancing.pickFirst

    /// How several servers are used (gRPC's policies; RULES 5.9, gRFC A61).
    ///
    /// With both, a server that fails five times in a row (a lost connection, UNAVAILABLE, or no answer in time), or with
    /// `pickFirst` can't be connected to, is set aside while another one works: for 15 to 45 s, and each time longer, up
    /// to 150 to 450 s. The last one is never set aside.
    #if hasAttribute(nonexhaustive)
      @nonexhaustive
    #endif
    public enum LoadBalancing: Hashable, Sendable, CustomStringConvertible {
      /// All exports go to the first of ``Configuration/endpoints`` that works; the addresses of a name are tried beside
      /// each other, and the first that answers is taken (RFC 8305). When the time of a better one is over, it is
      /// connected to beside the one in use and takes over once it is there.
      case pickFirst
      /// Exports go in turn to all addresses of all ``Configuration/endpoints``, with one connection to each. Names are
      /// looked up again after a failure and by ``Configuration/maxConnectionAge``; what they lead to no longer is closed
      /// when its exports have ended.
      case roundRobin

      /// gRPC's name of the policy.
      public var description: String { self == .pickFirst ? "pick_first" : "round_robin" }
    }

    /// How many connections one server may have at once; 1 to 10, default 1. No environment name.
    ///
    /// Another is opened when exports wait because the server permits no more requests at once on a connection
    /// (`MAX_CONCURRENT_STREAMS`), or because its flow-control window is used up and stays so, as over a long way; it is
    /// closed when it had no export for a while. Where exports wait often and no more connections are allowed, one warning
    /// says so (RULES 5.6.13).
    public var maxConnections = 1

    /// Plaintext instead of TLS for an endpoint without `http://` or `https://`, which decide otherwise. Default false,
    /// environment `OTEL_EXPORTER_OTLP_[TRACES_]INSECURE` (RULES 2.2.3, 2.2.4).
    public var insecure: Bool {
      get { settings.insecure.value }
      set { settings.insecure.set(newValue) }
    }

    /// The authorities that the server's certificate is checked against: `.file(path)`, for which a string literal
    /// stands, or `.pem(text)`. Default nil: the system's; environment `OTEL_EXPORTER_OTLP_[TRACES_]CERTIFICATE`, a path,
    /// or the text itself if it begins with `-----BEGIN`.
    ///
    /// A file that has changed is read again for the next connection (``certificateReloadInterval``); so are
    /// ``clientCertificate`` and ``clientKey``. Files that can't be used then, or don't belong together, are named in
    /// one warning, and what was read before stays in use. A file has at most 8 MiB.
    public var certificate: PEMSource? {
      get { settings.certificate.value }
      set { settings.certificate.set(newValue) }
    }

    /// Whether the system's authorities are believed beside those of ``certificate``. Default false; no environment name.
    public var includesSystemAuthorities: Bool {
      get { settings.includesSystemAuthorities }
      set { settings.includesSystemAuthorities = newValue }
    }

    /// Our own certificate and its chain, for servers that ask for one. Goes with ``clientKey``. Default nil, environment
    /// `OTEL_EXPORTER_OTLP_[TRACES_]CLIENT_CERTIFICATE`, as ``certificate``.
    public var clientCertificate: PEMSource? {
      get { settings.clientCertificate.value }
      set { settings.clientCertificate.set(newValue) }
    }

    /// The private key of ``clientCertificate``. Default nil, environment `OTEL_EXPORTER_OTLP_[TRACES_]CLIENT_KEY`, as
    /// ``certificate``. A file that every user of the machine can read is warned of.
    public var clientKey: PEMSource? {
      get { settings.clientKey.value }
      set { settings.clientKey.set(newValue) }
    }

    /// The password of ``clientKey``, if that is encrypted. Default nil; no environment name.
    public var clientKeyPassword: KeyPassword? {
      get { settings.clientKeyPassword }
      set { settings.clientKeyPassword = newValue }
    }

    /// The name that the server is asked for (SNI) and that its certificate must be for. Default nil: the host of
    /// ``authority``, else the endpoint's; no environment name.
    ///
    /// A host name or an IP address; or a SPIFFE ID such as `spiffe://example.org/collector`, which the certificate must
    /// hold as a URI, byte for byte, whatever host it is for. The server is asked for the endpoint's host then.
    public var serverName: String? {
      get { settings.serverName }
      set { settings.serverName = newValue }
    }

    /// The `:authority` of each request, `host` or `host:port`, as proxies route by it; the server's certificate must be
    /// for this host too, unless ``serverName`` says another. Default nil: the endpoint's; no environment name.
    public var authority: String? {
      get { settings.authority }
      set { settings.authority = newValue }
    }

    /// The oldest version of TLS that is spoken: ``OTLPTLSVersion/tls12`` or ``OTLPTLSVersion/tls13``. Default TLS 1.2; no
    /// environment name.
    public var minimumTLSVersion: OTLPTLSVersion {
      get { settings.minimumTLSVersion }
      set { settings.minimumTLSVersion = newValue }
    }

    /// How long after a look at the files of ``certificate``, ``clientCertificate`` and ``clientKey`` new connections do
    /// without another; 0 to 1 day, default 0: each connection looks. Nil: they are never read again. No environment
    /// name.
    public var certificateReloadInterval: Duration? {
      get { settings.certificateReloadInterval }
      set { settings.certificateReloadInterval = newValue }
    }

    /// How long one attempt to connect to one address may take, with TLS and HTTP/2's first frames. 100 ms to 10 min,
    /// default 20 s; no environment name.
    public var connectTimeout: Duration {
      get { settings.connectTimeout }
      set { settings.connectTimeout = newValue }
    }

    /// Headers of each request, such as `["authorization": "Bearer …"]`. Default none, environment
    /// `OTEL_EXPORTER_OTLP_[TRACES_]HEADERS` (`key=value,key=value`, percent-encoded; RULES 2.4), whose names
    /// that are set here are left out. `te`, `content-type`, `user-agent`, `grpc-…` and the like are refused.
    public var headers: OTLPHeaders {
      get { settings.headers }
      set { settings.headers = newValue }
    }

    /// Gives headers that change, such as a token that expires. Default nil; no environment name.
    ///
    /// It is asked when an export needs headers and there are none that are valid, once for all exports that wait. What it
    /// gave is used until its validity ends, or until the server answers UNAUTHENTICATED: then it is asked once more, and
    /// the export is sent once more. Its headers override those of ``headers``. If it fails, the export is tried again
    /// after a pause, like one whose server is unavailable; what is lost by it counts as `unreachable`.
    ///
    /// ```swift
    /// configuration.headerProvider = {
    ///   let token = try await tokens.next()
    ///   return ProvidedHeaders(["authorization": "Bearer \(token.text)"], validFor: token.lifetime)
    /// }
    /// ```
    public var headerProvider: HeaderProvider? {
      get { settings.headerProvider }
      set { settings.headerProvider = newValue }
    }

    /// How requests are compressed: `.none`, `.gzip`, `.gzip(level:)` or `.auto`, which compresses where it pays: not to
    /// a server on this machine, by its name or address. Default `.auto`, environment
    /// `OTEL_EXPORTER_OTLP_[TRACES_]COMPRESSION` (`none`, `gzip`). A server that can't decompress gets the request once
    /// more without, and all others without until there is another connection.
    public var compression: OTLPCompression {
      get { settings.compression.value }
      set { settings.compression.set(newValue) }
    }

    /// The time that one attempt may take; zero for no limit but the batch's. Default 10 s, environment
    /// `OTEL_EXPORTER_OTLP_[TRACES_]TIMEOUT` in milliseconds.
    ///
    /// All attempts and pauses of a batch together are bounded by its deadline: the batch processor's export timeout,
    /// which also bounds each attempt, and in which the time of an outage doesn't count. A server that has not answered
    /// in time is taken to be away, and gets the batch again: let it be more than the slowest answer takes.
    public var timeout: Duration {
      get { settings.timeout.value }
      set { settings.timeout.set(newValue) }
    }

    /// The HTTP proxy that connections are made through, or ``OTLPProxy/none``. Default none, environment `grpc_proxy`,
    /// `https_proxy` or `http_proxy`, the first that is set, in lower or upper case; except for the servers in
    /// `no_grpc_proxy` or `no_proxy`, for `localhost` and for loopback addresses. `HTTP_PROXY` isn't read in a CGI program.
    ///
    /// A proxy that is set here is used for every server but its own exceptions, and the environment isn't asked. The
    /// proxy looks the server's name up; its own is looked up here. Unix sockets need no proxy and have none.
    /// Specification: gRFC A1 (RULES 5.9.11).
    public var proxy: OTLPProxy {
      get { settings.proxy.value }
      set { settings.proxy.set(newValue) }
    }

    /// The largest request message in bytes, before compression; 0 for no limit, default 64 MiB. A batch above it is
    /// split; a single item above it is dropped as `tooLarge`. A smaller limit that the server tells is kept to by all
    /// exporters of the process to this endpoint; after 10 minutes one larger request is tried again. No environment name (RULES 1.1.7, 1.1.12).
    public var maxRequestSize: Int {
      get { settings.maxRequestSize }
      set { settings.maxRequestSize = newValue }
    }

    /// The largest response message in bytes, before and after decompression; at least 1, default 4 MiB. A larger one
    /// is a failure without retry. No environment name (RULES 1.1.9, 1.1.12).
    public var maxResponseSize: Int {
      get { settings.maxResponseSize }
      set { settings.maxResponseSize = newValue }
    }

    /// A product name to stand before our own in `user-agent`, such as `MyDistribution/1.2`. Default none
    /// (RULES 2.5.4).
    public var userAgentPrefix: String {
      get { settings.userAgentPrefix }
      set { settings.userAgentPrefix = newValue }
    }

    /// When and how often a failed export is tried again.
    public var retry: OTLPRetryPolicy {
      get { settings.retry }
      set { settings.retry = newValue }
    }

    /// How many exports may run at once, on all connections; 1 to 1000, default 16. A processor starts the next
    /// batch before the last is answered, so one slow answer doesn't hold up the others (RULES 1.2.2).
    ///
    /// It begins with 4 (or fewer, if this is less) and goes up to this number as long as all are in use and the answers
    /// quick: where the network is what takes the time. When the server answers RESOURCE_EXHAUSTED or UNAVAILABLE half as
    /// many calls are open at once; while it fails altogether (``OTLPRetryPolicy/circuitThreshold``) it is one. A batch
    /// that it fails with again and again keeps no other from its turn, so one more may then wait in the exporter.
    public var maxConcurrentExports = 16

    /// When the server is asked, with an HTTP/2 PING, whether it still lives. Default nil: never. No environment name.
    ///
    /// With it a connection that died without a word, as behind a load balancer that forgot it, is noticed after
    /// ``Keepalive/interval`` and ``Keepalive/timeout``; without it, by the exports' ``timeout``. Many servers permit one
    /// PING in 5 minutes and close the connection of who sends more; the interval is doubled then.
    public var keepalive: Keepalive?

    /// How a connection is watched (gRFC A8; RULES 5.7).
    public struct Keepalive: Hashable, Sendable {
      /// How long nothing may arrive from the server before it is asked; 10 s to 1 day.
      public var interval: Duration
      /// How long the answer may take before the connection is given up; 1 s to 10 min, default 20 s. On Linux sent
      /// bytes that stay unacknowledged for so long end the connection too.
      public var timeout: Duration
      /// Whether to ask also while no export is under way; default false.
      public var withoutCalls: Bool

      /// Makes the settings of a watch.
      public init(interval: Duration, timeout: Duration = .seconds(20), withoutCalls: Bool = false) {
        self.interval = interval
        self.timeout = timeout
        self.withoutCalls = withoutCalls
      }
    }

    /// How old a connection gets, give or take a fifth, before another takes its place: then the name is looked up
    /// afresh, so that new addresses are found while the old server still answers. The old connection serves until the
    /// new one is there, and its exports end on it. 10 s to 30 days, nil for no limit; default 15 min. No environment
    /// name.
    public var maxConnectionAge: Duration? = .seconds(900)

    /// Fills in what code hasn't set from `OTEL_EXPORTER_OTLP_…`; a value that can't be used is named in a warning, and
    /// the default is kept (RULES 2.6).
    public mutating func apply(
      environment: [String: String], signal: OTLPSignal = .traces, diagnostics: Diagnostics = .standardError
    ) {
      settings.apply(environment: environment, signal: signal, protocolName: "grpc", diagnostics: diagnostics)
    }

    /// Throws an ``OTLPError`` that names the first value that can't be used. No file is opened.
    public func validate() throws(OTLPError) { _ = try servers() }

    /// The servers, at least one, if all values can be used.
    package func servers() throws(OTLPError) -> [Endpoint] {
      do throws(ConfigurationError) {
        try ConfigurationError.require(
          "maxConnections", maxConnections, in: GRPCChannelConfiguration.maxConnectionsRange)
        try ConfigurationError.require("maxConcurrentExports", maxConcurrentExports, in: 1...1000)
        if let keepalive {
          try ConfigurationError.require(
            "keepalive.interval", keepalive.interval, in: .seconds(10) ... .seconds(86_400))
          try ConfigurationError.require("keepalive.timeout", keepalive.timeout, in: .seconds(1) ... .seconds(600))
        }
        if let maxConnectionAge {
          try ConfigurationError.require(
            "maxConnectionAge", maxConnectionAge, in: .seconds(10) ... .seconds(30 * 86_400))
        }
        return try settings.validate()
      } catch {
        throw OTLPError(error)
      }
    }
  }
}

extension OTLPGRPCExporter.Configuration: CustomStringConvertible, CustomReflectable {
  /// Every value with its name, without secrets and in one line, whatever the environment holds.
  public var description: String {
    fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ").sanitized(limit: 16_000)
  }

  /// The same as the description, value by value.
  public var customMirror: Mirror {
    Mirror(self, children: fields.map { (label: $0.name, value: $0.value as Any) }, displayStyle: .struct)
  }

  /// Every value with its name, and without secrets.
  package var fields: [(name: String, value: String)] {
    [
      ("endpoint", endpoints.map(Endpoint.redacted).joined(separator: ",")), ("insecure", "\(insecure)"),
    ] + tlsFields + [
      ("headers", headers.isEmpty ? "none" : headers.description),
      ("headerProvider", headerProvider == nil ? "none" : "set"), ("compression", "\(compression)"),
      ("timeout", "\(timeout)"), ("proxy", "\(proxy)"),
      ("maxRequestSize", "\(maxRequestSize)"), ("maxResponseSize", "\(maxResponseSize)"),
      ("userAgentPrefix", userAgentPrefix.isEmpty ? "none" : Redaction.shown(userAgentPrefix)),
      ("maxConcurrentExports", "\(maxConcurrentExports)"),
      ("keepalive", keepalive.map { "\($0.interval), \($0.timeout)\($0.withoutCalls ? ", always" : "")" } ?? "off"),
      ("loadBalancing", "\(loadBalancing)"), ("maxConnections", "\(maxConnections)"),
      ("maxConnectionAge", maxConnectionAge.map { "\($0)" } ?? "none"), ("connectTimeout", "\(connectTimeout)"),
    ]
  }

  private var tlsFields: [(name: String, value: String)] {
    [
      ("certificate", certificate.map { "\($0)" } ?? "system"),
      ("includesSystemAuthorities", "\(includesSystemAuthorities)"),
      ("clientCertificate", clientCertificate.map { "\($0)" } ?? "none"),
      ("clientKey", clientKey.map { "\($0)" } ?? "none"),
      ("clientKeyPassword", clientKeyPassword.map { "\($0)" } ?? "none"),
      ("serverName", serverName.map(Redaction.shown) ?? "endpoint"),
      ("authority", authority.map(Redaction.shown) ?? "endpoint"), ("minimumTLSVersion", "\(minimumTLSVersion)"),
      ("certificateReloadInterval", certificateReloadInterval.map { "\($0)" } ?? "never"),
    ]
  }
}

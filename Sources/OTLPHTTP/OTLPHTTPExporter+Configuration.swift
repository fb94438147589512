#if HTTP
  internal import OTLPExport
  public import TelemetryCore

  extension OTLPHTTPExporter {
    /// The server of an exporter, and the manner of sending.
    ///
    /// A value set in code overrides the environment, which ``apply(environment:signal:diagnostics:)`` reads. In the names of
    /// environment variables below, the name with `[TRACES_]` overrides the name without. Values are checked when the
    /// exporter is made. No description shows a header value or the credentials in a URL.
    public struct Configuration: Sendable {
      package var values: OTLPConfiguration
      private var chosenProtocol = Setting(OTLPHTTPProtocol.protobuf)

      /// The default values: `http://localhost:4318`, protobuf, 10 s an attempt, automatic compression.
      public init() { values = OTLPConfiguration(endpoint: "http://localhost:4318") }

      /// The values of another exporter's configuration, with the default endpoint of this one if code hasn't set one.
      package init(sharing values: OTLPConfiguration) {
        self.values = values
        if !values.endpoint.isFromCode { self.values.endpoint = Setting("http://localhost:4318") }
      }

      /// The default values with an endpoint.
      public init(endpoint: String) {
        self.init()
        self.endpoint = endpoint
      }

      /// The server, to whose path `/v1/traces`, `/v1/logs` or `/v1/metrics` is added. Default `http://localhost:4318`, environment
      /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
      ///
      /// `http://host:port/path` is plaintext and `https://host:port/path` is TLS; without a port they mean 80 and 443.
      /// `unix:path`, `unix:///absolute/path` and `unix-abstract:name` are plaintext. An IPv6 address stands in brackets.
      /// Specification: OTLP exporter, endpoint URLs for OTLP/HTTP (RULES 2.3).
      public var endpoint: String {
        get { values.endpoint.value }
        set { values.endpoint.set(newValue) }
      }

      /// The whole address of the requests with spans, which is used as it is; it overrides ``endpoint``. Default nil, environment
      /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (RULES 2.3.3).
      ///
      /// All addresses of an exporter are on one server. A signal for another server needs an exporter of its own.
      public var tracesEndpoint: String?

      /// The same for log records; environment `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT`.
      public var logsEndpoint: String?

      /// The same for metrics; environment `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`.
      public var metricsEndpoint: String?

      /// The encoding: ``OTLPHTTPProtocol/protobuf`` or ``OTLPHTTPProtocol/json``. Default protobuf, environment
      /// `OTEL_EXPORTER_OTLP_[TRACES_]PROTOCOL` (`http/protobuf`, `http/json`). Protobuf is smaller and costs less on both
      /// sides.
      public var httpProtocol: OTLPHTTPProtocol {
        get { chosenProtocol.value }
        set { chosenProtocol.set(newValue) }
      }

      /// The most connections at once, and the most that are kept alive; 1 to 100, default 8. No environment name.
      ///
      /// Over HTTP/1.1 a connection carries one export at a time, over HTTP/2 (where the server offers it in TLS) as many as the
      /// server permits. Further exports wait for a connection (RULES 3.1.7, 3.1.8).
      public var maxConnections = 8

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

      /// The `Host` of each request, `host` or `host:port`, by which proxies route. The server's certificate must be for
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

      /// The longest time of a connection attempt with all addresses, TLS included. 100 ms to 10 min, default 20 s; no
      /// environment name.
      public var connectTimeout: Duration {
        get { values.connectTimeout }
        set { values.connectTimeout = newValue }
      }

      /// Headers of each request, such as `["authorization": "Bearer TOKEN"]`. Default none, environment
      /// `OTEL_EXPORTER_OTLP_[TRACES_]HEADERS` (`key=value,key=value`, percent-encoded; RULES 2.4), which doesn't replace names
      /// that are set here. `content-type`, `content-encoding`, `user-agent`, `connection` and similar names are refused.
      public var headers: OTLPHeaders {
        get { values.headers }
        set { values.headers = newValue }
      }

      /// Provides headers that change, such as a token that expires. Default nil; no environment name.
      ///
      /// The provider is called when an export needs headers and none are valid, once for all exports that wait. The
      /// headers are used until their validity ends or the server responds 401: then the provider is called once
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

      /// The HTTP proxy, or `OTLPProxy.none`. Default none, environment `https_proxy` for an `https://` endpoint and `http_proxy`
      /// for another one, else `all_proxy`, in lower or upper case; except for the servers in `no_proxy`, for `localhost` and
      /// for loopback addresses. `HTTP_PROXY` isn't read in a CGI program.
      ///
      /// Requests to an `https://` endpoint go through a tunnel (`CONNECT`), others are passed on by the proxy itself. A proxy set
      /// in code is used for every server except its own exceptions, and the environment isn't read. The proxy resolves the
      /// server's name; the proxy's own name is resolved here. Unix sockets use no proxy.
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
      /// previous batch has a response, so a slow response doesn't delay the others (RULES 1.2.2). Over HTTP/1.1 each takes a
      /// connection, and ``maxConnections`` bounds them too.
      ///
      /// The exporter begins with 4 (or fewer, if this value is smaller) and grows to this number while all are in use and
      /// responses are quick. 429 and 503 halve the number; while the server fails altogether
      /// (`OTLPRetryPolicy.circuitThreshold`) the number is one.
      public var maxConcurrentExports: Int {
        get { values.maxConcurrentExports }
        set { values.maxConcurrentExports = newValue }
      }

      /// Sets values from `OTEL_EXPORTER_OTLP_…` that code hasn't set. A warning names a value that can't be used, and the
      /// default stays (RULES 2.6).
      public mutating func apply(
        environment: [String: String], signal: OTLPSignal = .traces, diagnostics: Diagnostics = .standardError
      ) {
        let found = values.applyHTTP(
          environment: environment, signal: signal, current: httpProtocol.transport, diagnostics: diagnostics)
        if let found { chosenProtocol.fill(OTLPHTTPProtocol(transport: found.transport), from: found.variable) }
      }

      /// Checks all values without opening a file.
      /// - Throws: An `OTLPError` that names the first value that can't be used.
      public func validate() throws(OTLPError) { _ = try place() }
    }
  }

  extension OTLPHTTPExporter.Configuration: CustomStringConvertible, CustomReflectable {
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
        ("endpoint", HTTPEndpoint.redacted(endpoint)),
        ("tracesEndpoint", tracesEndpoint.map(HTTPEndpoint.redacted) ?? "none"),
        ("logsEndpoint", logsEndpoint.map(HTTPEndpoint.redacted) ?? "none"),
        ("metricsEndpoint", metricsEndpoint.map(HTTPEndpoint.redacted) ?? "none"), ("httpProtocol", "\(httpProtocol)"),
        ("maxConnections", "\(maxConnections)"),
      ] + values.fields
    }
  }
#endif

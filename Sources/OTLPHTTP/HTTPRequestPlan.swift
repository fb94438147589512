#if HTTP
  internal import HTTP2Transport
  internal import OTLPExport
  internal import TelemetryCore
  internal import TelemetrySDK

  /// The common part of all requests of an exporter, from a validated configuration.
  struct HTTPRequestPlan: Sendable {
    /// Headers that the exporter sets itself, beside those that no transport permits.
    static let ownHeaders: Set = ["accept", "accept-encoding", "content-encoding", "expect"]

    let server: Endpoint
    /// The address in requests of a signal. Its host is the name for SNI.
    private let urls: [OTLPSignal: String]
    /// The value of `Host` if it isn't the address's.
    let hostField: String?
    /// The place of connections, in libcurl's form, if it isn't the address's.
    let connectTo: String?
    let proxy: ProxyURL?
    /// The host to look up: the proxy, or the server; nil for an address and for a Unix socket.
    let resolved: (name: String, port: UInt16)?
    let tls: TLSContext?
    /// The name that certificates must have.
    let certificateName: String
    let values: OTLPConfiguration
    let contentType: String
    let isJSON: Bool
    let maxConnections: Int

    /// Checks the configuration, and reads the certificate files.
    init(_ configuration: OTLPHTTPExporter.Configuration, _ diagnostics: Diagnostics) throws(OTLPError) {
      let (server, targets) = try configuration.place()
      let values = configuration.values
      values.warn(of: [server], diagnostics)
      self.server = server
      self.values = values
      contentType = configuration.httpProtocol.contentType
      isJSON = configuration.httpProtocol == .json
      maxConnections = configuration.maxConnections
      tls = server.isSecure ? try values.tlsContext(diagnostics) : nil
      if tls != nil { try CurlLibrary.requireOpenSSL() }
      certificateName = values.certificateName(of: server)
      guard case .hosts(let hosts) = server.target else {
        urls = targets.mapValues { "http://localhost" + $0 }
        hostField = values.authority
        (connectTo, proxy, resolved) = (nil, nil, nil)
        return
      }
      let host = hosts[0]
      // SNI is the address's host in libcurl. A SPIFFE ID is no host.
      let name = certificateName.hasPrefix("spiffe://") ? values.hostName(of: server) : certificateName
      let isOwn = name == server.serverName
      let place = "\(HostAndPort(host: isOwn ? Self.escapingZone(host.name) : name, port: host.port))"
      urls = targets.mapValues { (server.isSecure ? "https://" : "http://") + place + $0 }
      hostField = values.authority ?? (isOwn ? nil : host.authority)
      connectTo = isOwn ? nil : "::\(HostAndPort(host: host.name, port: host.port))"
      proxy = values.proxy(for: host)
      let reached = proxy.map { (name: $0.host, port: $0.port) } ?? (name: host.name, port: host.port)
      resolved = SocketAddress(numeric: reached.name, port: 0) == nil && !host.isIPv6 ? reached : nil
    }

    /// The place that a connection is made to, for messages: a socket or the proxy; nil for the address's host.
    var otherPlace: String? {
      if let proxy { return "the proxy \(HostAndPort(host: proxy.host, port: proxy.port))" }
      return server.hasHosts ? nil : server.description
    }

    func url(of signal: OTLPSignal) -> String { urls[signal] ?? "" }

    /// In a URL the `%` before the zone of an address is itself escaped (RFC 6874, 2).
    private static func escapingZone(_ host: String) -> String { host.replacing("%", with: "%25") }
  }
#endif

package import GRPCClient
package import HTTP2Transport
package import OTLPExport
package import TelemetryCore

extension GRPCChannelConfiguration {
  /// The channel of an exporter. Reads the certificate files.
  /// - Parameters:
  ///   - configuration: A valid configuration.
  ///   - servers: The validated endpoints, never empty.
  ///   - diagnostics: Receives warnings of values without effect and of private keys that others can read.
  /// - Throws: An `OTLPError` that names the option of a file that can't be used.
  package init(
    _ configuration: OTLPGRPCExporter.Configuration, servers: [Endpoint], _ diagnostics: Diagnostics
  ) throws(OTLPError) {
    let values = configuration.values
    values.warn(of: servers, diagnostics)
    self.init(
      target: Self.target(servers[0], values),
      tls: servers[0].isSecure ? try values.tlsContext(diagnostics) : nil,
      // Several servers have an authority each.
      authority: values.authority ?? (servers.count == 1 ? servers[0].authority : nil), userAgent: values.userAgent,
      // A provider's headers override configured headers, so all headers go with each call.
      metadata: values.headerProvider == nil ? HeaderRules.metadata(values.headers) : [],
      maxResponseBytes: values.maxResponseSize, inflater: GzipMessageInflater(),
      keepalive: configuration.keepalive.map {
        KeepaliveConfiguration(interval: $0.interval, timeout: $0.timeout, withoutCalls: $0.withoutCalls)
      }, maxConnectionAge: configuration.maxConnectionAge)
    targets = servers.map { Self.target($0, values) }
    loadBalancing = configuration.loadBalancing == .pickFirst ? .pickFirst : .roundRobin
    maxConnections = configuration.maxConnections
    connectTimeout = values.connectTimeout
  }

  private static func target(_ server: Endpoint, _ values: OTLPConfiguration) -> GRPCTarget {
    switch server.target {
    case .hosts(let hosts):
      .hosts(hosts.map { .init(host: $0.name, port: $0.port, proxy: values.route(to: $0)?.proxy) })
    case .unix(let path): .unix(path: path)
    case .unixAbstract(let name): .unixAbstract(name: name)
    }
  }

  /// Makes a channel with this configuration.
  package func makeChannel(
    network: any Network, loop: TelemetryLoop, _ diagnostics: Diagnostics
  ) throws(OTLPError) -> GRPCChannel {
    do throws(ConfigurationError) {
      return try GRPCChannel(configuration: self, network: network, loop: loop, diagnostics: diagnostics)
    } catch {
      throw OTLPError(error)
    }
  }
}

extension OTLPConfiguration {
  /// The route to a host through the proxy; nil for a direct connection.
  package func route(to host: Endpoint.Host) -> ProxyRoute? {
    proxy(for: host).map {
      ProxyRoute(
        proxy: ProxyServer(host: $0.host, port: $0.port, authorization: $0.authorization), target: host.authority,
        userAgent: userAgent)
    }
  }
}

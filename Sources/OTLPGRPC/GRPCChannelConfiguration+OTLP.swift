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
      tls: servers[0].isSecure ? try Self.tls(values, diagnostics) : nil,
      // Several servers have an authority each.
      authority: values.authority ?? (servers.count == 1 ? servers[0].authority : nil), userAgent: values.userAgent,
      // A provider's headers override configured headers, so all headers go with each call.
      metadata: values.headerProvider == nil ? GRPCExportClient.metadata(values.headers) : [],
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

  /// Reads the files. A file that can't be used is an error, never a reason to use another (trap 15).
  private static func tls(_ values: OTLPConfiguration, _ diagnostics: Diagnostics) throws(OTLPError) -> TLSContext {
    var configuration = TLSConfiguration(
      trust: values.certificate.value.map { .authorities($0, andSystem: values.includesSystemAuthorities) } ?? .system,
      clientCertificate: values.clientCertificate.value, clientKey: values.clientKey.value,
      serverName: values.serverName)
    configuration.clientKeyPassword = values.clientKeyPassword
    configuration.minimumVersion = values.minimumTLSVersion == .tls13 ? .tls13 : .tls12
    configuration.reloadInterval = values.certificateReloadInterval
    do throws(TLSError) {
      let context = try TLSContext(client: configuration)
      for warning in context.warnings {
        diagnostics.emit(
          .warning, "a private key isn't kept private",
          [("option", values.clientKey.name("clientKey")), ("reason", warning)])
      }
      return context
    } catch {
      throw OTLPError(unusableFile: error.file, option: values.name(of: error.role), error.message)
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

  /// The option or variable of a certificate file.
  fileprivate func name(of role: TLSError.Role?) -> String? {
    switch role {
    case .authorities: certificate.name("certificate")
    case .clientCertificate: clientCertificate.name("clientCertificate")
    case .clientKey: clientKey.name("clientKey")
    default: nil
    }
  }
}

package import GRPCClient
package import HTTP2Transport
package import OTLPExport
package import TelemetryCore

/// What a checked configuration means for a channel. Reads the certificate files.
package struct ChannelParts: Sendable {
  /// At least one.
  package let servers: [Endpoint]
  /// The first one.
  package var server: Endpoint { servers[0] }
  /// The files, read; nil for plaintext.
  package var tls: TLSContext? { configuration.tls }
  private let configuration: GRPCChannelConfiguration
  private let settings: OTLPSettings

  package init(_ configuration: OTLPGRPCExporter.Configuration, _ diagnostics: Diagnostics) throws(OTLPError) {
    servers = try configuration.servers()
    settings = configuration.settings
    settings.warn(of: servers, diagnostics)
    let settings = settings
    var result = GRPCChannelConfiguration(
      target: ChannelParts.target(servers[0], settings), tls: try ChannelParts.tls(settings, servers[0], diagnostics),
      // Each of several has its own.
      authority: settings.authority ?? (servers.count == 1 ? servers[0].authority : nil), userAgent: settings.userAgent,
      // With a provider all headers go with each call: its own override the others.
      metadata: settings.headerProvider == nil ? GRPCTransport.metadata(settings.headers) : [],
      maxResponseBytes: settings.maxResponseSize, inflater: ResponseInflater(),
      keepalive: configuration.keepalive.map {
        KeepaliveConfiguration(interval: $0.interval, timeout: $0.timeout, withoutCalls: $0.withoutCalls)
      }, maxConnectionAge: configuration.maxConnectionAge)
    result.targets = servers.map { ChannelParts.target($0, settings) }
    result.loadBalancing = configuration.loadBalancing == .pickFirst ? .pickFirst : .roundRobin
    result.maxConnections = configuration.maxConnections
    result.connectTimeout = settings.connectTimeout
    self.configuration = result
  }

  package func channel(
    network: any Network, loop: TelemetryLoop, _ diagnostics: Diagnostics, seed: UInt64? = nil
  ) throws(OTLPError) -> GRPCChannel {
    var configuration = configuration
    configuration.backoff.seed = seed
    do throws(ConfigurationError) {
      return try GRPCChannel(configuration: configuration, network: network, loop: loop, diagnostics: diagnostics)
    } catch {
      throw OTLPError(error)
    }
  }

  /// The way to a host of the server, if that leads through a proxy.
  package func route(to host: Endpoint.Host) -> ProxyRoute? {
    ChannelParts.proxy(for: host, settings).map {
      ProxyRoute(proxy: $0, target: host.authority, userAgent: settings.userAgent)
    }
  }

  private static func proxy(for host: Endpoint.Host, _ settings: OTLPSettings) -> ProxyServer? {
    settings.proxy(for: host).map { ProxyServer(host: $0.host, port: $0.port, authorization: $0.authorization) }
  }

  private static func target(_ server: Endpoint, _ settings: OTLPSettings) -> GRPCTarget {
    switch server.target {
    case .hosts(let hosts):
      .hosts(
        hosts.map { GRPCTarget.HostPort(host: $0.name, port: $0.port, proxy: ChannelParts.proxy(for: $0, settings)) })
    case .unix(let path): .unix(path: path)
    case .unixAbstract(let name): .unixAbstract(name: name)
    }
  }

  /// A file that can't be used is an error, never a reason to take others (trap 15).
  private static func tls(
    _ settings: OTLPSettings, _ server: Endpoint, _ diagnostics: Diagnostics
  ) throws(OTLPError) -> TLSContext? {
    guard server.isSecure else { return nil }
    do throws(TLSError) {
      let context = try TLSContext(client: configuration(settings))
      for warning in context.warnings {
        diagnostics.emit(
          .warning, "a private key isn't kept private",
          [("option", settings.clientKey.name("clientKey")), ("reason", warning)])
      }
      return context
    } catch {
      let option = ChannelParts.option(of: error, settings)
      throw OTLPError(.unusableFile, option.map { "\($0): \(error.message)" } ?? error.message, option: option)
    }
  }

  private static func configuration(_ settings: OTLPSettings) -> TLSConfiguration {
    var result = TLSConfiguration(
      clientCertificate: settings.clientCertificate.value, clientKey: settings.clientKey.value,
      serverName: settings.serverName)
    if let source = settings.certificate.value {
      result.trust = .authorities(source, andSystem: settings.includesSystemAuthorities)
    }
    result.clientKeyPassword = settings.clientKeyPassword
    result.minimumVersion = settings.minimumTLSVersion == .tls13 ? .tls13 : .tls12
    result.reloadInterval = settings.certificateReloadInterval
    return result
  }

  /// The host that a server is asked for, unless the TLS configuration has another.
  package var hostName: String {
    (settings.authority.flatMap { try? Endpoint($0, insecure: false) } ?? server).serverName
  }

  /// What a server's certificate must be for.
  package var certificateName: String { settings.serverName ?? hostName }

  /// The option that gives the file or the text which the error is about.
  private static func option(of error: TLSError, _ settings: OTLPSettings) -> String? {
    switch error.role {
    case .authorities: settings.certificate.name("certificate")
    case .clientCertificate: settings.clientCertificate.name("clientCertificate")
    case .clientKey: settings.clientKey.name("clientKey")
    default: nil
    }
  }
}

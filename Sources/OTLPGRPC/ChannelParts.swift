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
      target: ChannelParts.target(servers[0], settings), tls: try ChannelParts.tls(settings, servers[0]),
      // Each of several has its own.
      authority: servers.count == 1 ? servers[0].authority : nil, userAgent: settings.userAgent,
      // With a provider all headers go with each call: its own override the others.
      metadata: settings.headerProvider == nil ? GRPCTransport.metadata(settings.headers) : [],
      maxResponseBytes: settings.maxResponseSize, inflater: ResponseInflater(),
      keepalive: configuration.keepalive.map {
        KeepaliveConfiguration(interval: $0.interval, timeout: $0.timeout, withoutCalls: $0.withoutCalls)
      }, maxConnectionAge: configuration.maxConnectionAge)
    result.targets = servers.map { ChannelParts.target($0, settings) }
    result.loadBalancing = configuration.loadBalancing == .pickFirst ? .pickFirst : .roundRobin
    result.maxConnections = configuration.maxConnections
    // gRPC's 120 s would keep spans in the queue for two minutes after the server is back.
    result.backoff.maximum = ChannelParts.longestBackoff
    self.configuration = result
  }

  /// With its jitter of a fifth 4 s: a server that is back gets a connection within that time.
  private static let longestBackoff = Duration.milliseconds(3300)

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
  private static func tls(_ settings: OTLPSettings, _ server: Endpoint) throws(OTLPError) -> TLSContext? {
    guard server.isSecure else { return nil }
    var configuration = TLSConfiguration(
      clientCertificate: settings.clientCertificate.value, clientKey: settings.clientKey.value)
    if let file = settings.certificate.value { configuration.trust = .file(file) }
    do throws(TLSError) {
      return try TLSContext(client: configuration)
    } catch {
      let option = ChannelParts.option(of: error, settings)
      throw OTLPError(.unusableFile, option.map { "\($0): \(error.message)" } ?? error.message, option: option)
    }
  }

  /// The option that names the file which the error is about.
  private static func option(of error: TLSError, _ settings: OTLPSettings) -> String? {
    let files = [
      ("clientKey", settings.clientKey), ("clientCertificate", settings.clientCertificate),
      ("certificate", settings.certificate),
    ]
    for (option, file) in files {
      if let path = file.value, error.message.contains(path) { return file.name(option) }
    }
    return nil
  }
}

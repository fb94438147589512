/// Another project's reverse proxy in front of a gRPC server on this machine. The connections to the server are plaintext.
package final class ProxyPeer: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case nginx, nghttpx, haproxy, envoy

    /// The path of the program.
    var path: String { self == .envoy ? Peers.envoy : "/usr/sbin/\(rawValue)" }
  }

  /// The settings of the proxy.
  package struct Options: Sendable {
    /// The files of certificate and key; nil for plaintext.
    package var certificate: (file: String, key: String)?
    /// The file of the authorities of clients' certificates; nil if the proxy demands no certificate.
    package var clientAuthorities: String?
    /// The number of requests after which the proxy sends GOAWAY and closes the connection. HAProxy can't count requests:
    /// it closes after a millisecond without a request, so a test must make pauses.
    package var requestsPerConnection: Int?

    /// True for a proxy of OTLP over HTTP instead of gRPC: nginx or HAProxy, which speak HTTP/1.1 to the server.
    package var isHTTP = false

    package init() {}
  }

  /// True if all these proxies are installed, or a missing one is a failure.
  package static var areAvailable: Bool {
    Peers.isRequired || Kind.allCases.allSatisfy { TestFiles.isExecutable($0.path) }
  }

  private let place = Loopback.HeldPort()
  private let folder: String
  private let process: ChildProcess
  private let isSecure: Bool

  /// Starts the program and waits until it accepts connections.
  /// - Parameter backend: The server's port.
  package init(_ kind: Kind, backend: UInt16, _ options: Options = Options()) async throws {
    let port = place.number
    isSecure = options.certificate != nil
    folder = try TestFiles.makeDirectory()
    let setup = ProxySetup(folder: folder, port: port, backend: backend, options: options)
    process = try ChildProcess([kind.path] + setup.arguments(kind))
    let process = process
    let isReady = await Loopback.wait(within: .seconds(20)) { !process.isRunning || Loopback.accepts(port) }
    guard isReady, process.isRunning else {
      throw Peers.NotReady(description: "\(kind): \(process.output) \(process.errors)")
    }
  }

  deinit { TestFiles.remove(folder) }

  package var port: UInt16 { place.number }
  package var endpoint: String { "\(isSecure ? "https" : "http")://localhost:\(port)" }

  /// The client's port of each answered request, in order. Requests of one connection have the same port.
  package var clients: [Substring] { process.output.split(separator: "\n") }

  package func stop() async {
    process.send(9)
    _ = await process.wait(within: .seconds(10))
  }
}

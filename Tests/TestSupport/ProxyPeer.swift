/// A reverse proxy of others, in front of a gRPC server on this machine; its connections to that are plaintext.
package final class ProxyPeer: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case nginx, nghttpx, haproxy, envoy

    /// Its program.
    var path: String { self == .envoy ? Peers.envoy : "/usr/sbin/\(rawValue)" }
  }

  /// How it serves.
  package struct Options: Sendable {
    /// The files of its certificate and its key; nil for plaintext.
    package var certificate: (file: String, key: String)?
    /// The file of the authorities of clients' certificates, which it demands then.
    package var clientAuthorities: String?
    /// After so many it says GOAWAY and closes. HAProxy can't count them: it does so after a millisecond without any, for
    /// which there must be pauses.
    package var requestsPerConnection: Int?

    package init() {}
  }

  /// Whether all of them are there, or must be.
  package static var areThere: Bool {
    Peers.isRequired || Kind.allCases.allSatisfy { TestFiles.isExecutable($0.path) }
  }

  private let place = Loopback.HeldPort()
  private let folder: String
  private let process: ChildProcess
  private let isSecure: Bool

  /// Starts it and waits until it accepts connections.
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

  /// The client's port of each request that it has answered, in order: what came on one connection has the same.
  package var clients: [Substring] { process.output.split(separator: "\n") }

  package func stop() async {
    process.send(9)
    _ = await process.wait(within: .seconds(10))
  }
}

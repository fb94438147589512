/// A reverse proxy of others, in front of a gRPC server on this machine; its connections to that are plaintext.
package final class ProxyPeer: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case nginx = "/usr/sbin/nginx"
    case nghttpx = "/usr/sbin/nghttpx"
    case haproxy = "/usr/sbin/haproxy"
  }

  /// Whether all of them are there, or must be.
  package static var areThere: Bool {
    Peers.isRequired || Kind.allCases.allSatisfy { TestFiles.isExecutable($0.rawValue) }
  }

  package let port: UInt16
  private let folder: String
  private let process: ChildProcess
  private let isSecure: Bool

  /// Starts it and waits until it accepts connections.
  /// - Parameters:
  ///   - backend: The server's port.
  ///   - certificate: The file of its certificate, and its key's beside it; nil for plaintext.
  ///   - requestsPerConnection: After so many it says GOAWAY and closes; only nginx can.
  package init(
    _ kind: Kind, backend: UInt16, certificate: (file: String, key: String)? = nil, requestsPerConnection: Int = 1_000
  ) async throws {
    let port = Loopback.freePort()
    self.port = port
    isSecure = certificate != nil
    folder = try TestFiles.makeDirectory()
    let arguments =
      switch kind {
      case .nginx: try Self.nginx(folder, port, backend, certificate, requestsPerConnection)
      case .nghttpx: try Self.nghttpx(folder, port, backend, certificate)
      case .haproxy: try Self.haproxy(folder, port, backend, certificate)
      }
    process = try ChildProcess([kind.rawValue] + arguments)
    let process = process
    let isReady = await Loopback.wait(within: .seconds(10)) { !process.isRunning || Loopback.accepts(port) }
    guard isReady, process.isRunning else {
      throw Peers.NotReady(description: "\(kind): \(process.output) \(process.errors)")
    }
  }

  deinit { TestFiles.remove(folder) }

  package var endpoint: String { "\(isSecure ? "https" : "http")://localhost:\(port)" }

  package func stop() async {
    process.send(9)
    _ = await process.wait(within: .seconds(10))
  }

  // MARK: Configurations

  private static func nginx(
    _ folder: String, _ port: UInt16, _ backend: UInt16, _ certificate: (file: String, key: String)?, _ requests: Int
  ) throws -> [String] {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "  \($0)_temp_path \(folder);" }
    let tls = certificate.map { "ssl_certificate \($0.file); ssl_certificate_key \($0.key);" } ?? ""
    try TestFiles.write(
      """
      daemon off;
      master_process off;
      pid \(folder)/pid;
      events {}
      http {
        access_log off;
        client_max_body_size 16m;
      \(temporary.joined(separator: "\n"))
        upstream backend { server 127.0.0.1:\(backend); keepalive 4; }
        server {
          listen 127.0.0.1:\(port) \(certificate == nil ? "" : "ssl") http2;
          \(tls)
          keepalive_requests \(requests);
          location / { grpc_pass grpc://backend; }
        }
      }
      """, to: folder + "/nginx.conf")
    return ["-p", folder, "-e", "stderr", "-c", folder + "/nginx.conf"]
  }

  private static func nghttpx(
    _ folder: String, _ port: UInt16, _ backend: UInt16, _ certificate: (file: String, key: String)?
  ) throws -> [String] {
    try TestFiles.write("", to: folder + "/nghttpx.conf")
    var arguments = [
      "--conf=\(folder)/nghttpx.conf", "--backend=127.0.0.1,\(backend);;proto=h2", "--workers=1", "--single-process",
      "--accesslog-file=/dev/null", "--errorlog-file=/dev/stderr", "--backend-connect-timeout=2s",
      "--frontend=127.0.0.1,\(port)\(certificate == nil ? ";no-tls" : "")",
    ]
    if let certificate { arguments += [certificate.key, certificate.file] }
    return arguments
  }

  private static func haproxy(
    _ folder: String, _ port: UInt16, _ backend: UInt16, _ certificate: (file: String, key: String)?
  ) throws -> [String] {
    var bind = "proto h2"
    if let certificate {
      // It wants both in one file.
      try TestFiles.write(
        TestFiles.read(certificate.file) + TestFiles.read(certificate.key), to: folder + "/server.pem")
      bind = "ssl crt \(folder)/server.pem alpn h2"
    }
    try TestFiles.write(
      """
      global
        maxconn 100
      defaults
        mode http
        timeout connect 2s
        timeout client 60s
        timeout server 60s
      frontend in
        bind 127.0.0.1:\(port) \(bind)
        default_backend out
      backend out
        server one 127.0.0.1:\(backend) proto h2

      """, to: folder + "/haproxy.cfg")
    return ["-db", "-f", folder + "/haproxy.cfg"]
  }
}

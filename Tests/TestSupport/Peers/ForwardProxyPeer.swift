internal import Glibc

/// Another project's HTTP proxy, which makes connections by CONNECT for one user with a password.
package final class ForwardProxyPeer: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case tinyproxy = "/usr/bin/tinyproxy"
    case squid = "/usr/sbin/squid"
  }

  /// True if all these proxies are installed, or a missing one is a failure.
  package static var areAvailable: Bool {
    Peers.isRequired || Kind.allCases.allSatisfy { TestFiles.isExecutable($0.rawValue) }
  }

  /// A name of this machine that only squid can look up.
  package static let hiddenName = "collector.hidden.example"

  /// The port of the proxy. It stays reserved when the proxy ends, for the next proxy.
  package let place: Loopback.HeldPort
  private let kind: Kind
  private let folder: String
  private let process: ChildProcess

  /// Starts the program and waits until it accepts connections.
  /// - Parameter place: The port to listen on; nil reserves a port.
  package init(_ kind: Kind, at place: Loopback.HeldPort? = nil) async throws {
    let place = place ?? Loopback.HeldPort()
    let port = place.number
    (self.kind, self.place) = (kind, place)
    folder = try TestFiles.makeDirectory()
    // A squid that root starts becomes another user.
    chmod(folder, 0o777)
    let arguments =
      switch kind {
      case .tinyproxy: try Self.tinyproxy(folder, port)
      case .squid: try Self.squid(folder, port)
      }
    process = try ChildProcess([kind.rawValue] + arguments)
    let process = process
    let isReady = await Loopback.wait(within: .seconds(20)) { !process.isRunning || Loopback.accepts(port) }
    guard isReady, process.isRunning else {
      throw Peers.NotReady(description: "\(kind): \(process.output) \(process.errors) \(log)")
    }
  }

  deinit { TestFiles.remove(folder) }

  package var port: UInt16 { place.number }

  /// The URL of the proxy with the right credentials.
  package var url: String { "http://otlp:s3cret%2Ex@127.0.0.1:\(port)" }

  /// The text of the access log.
  package var log: String { TestFiles.read(folder + "/log") }

  package func kill() async {
    process.send(9)
    _ = await process.wait(within: .seconds(10))
  }

  private static func tinyproxy(_ folder: String, _ port: UInt16) throws -> [String] {
    try TestFiles.write(
      """
      Port \(port)
      Listen 127.0.0.1
      Timeout 60
      MaxClients 50
      LogFile "\(folder)/log"
      LogLevel Connect
      BasicAuth otlp s3cret.x

      """, to: folder + "/configuration")
    return ["-d", "-c", folder + "/configuration"]
  }

  private static func squid(_ folder: String, _ port: UInt16) throws -> [String] {
    // openssl passwd -apr1 -salt abcdefgh 's3cret.x'
    try TestFiles.write("otlp:$apr1$abcdefgh$otb3vRAuLXBGTC515.N24.\n", to: folder + "/users")
    try TestFiles.write("127.0.0.1 localhost \(hiddenName)\n", to: folder + "/hosts")
    for name in ["users", "hosts"] { chmod("\(folder)/\(name)", 0o644) }
    try TestFiles.write(
      """
      http_port 127.0.0.1:\(port)
      visible_hostname squid.example
      auth_param basic program /usr/lib/squid/basic_ncsa_auth \(folder)/users
      auth_param basic children 1
      acl known proxy_auth REQUIRED
      acl tunnel method CONNECT
      http_access allow tunnel known
      http_access deny all
      hosts_file \(folder)/hosts
      access_log stdio:\(folder)/log
      cache_log \(folder)/cache.log
      pid_filename none
      coredump_dir \(folder)
      cache_mem 1 MB
      pinger_enable off
      shutdown_lifetime 0 seconds

      """, to: folder + "/configuration")
    return ["-N", "-f", folder + "/configuration"]
  }
}

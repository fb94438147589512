internal import Glibc
internal import TelemetryCore

/// A server of PostgreSQL for a test, which listens on a socket in its folder.
package final class PostgreSQLPeer: @unchecked Sendable {
  /// The folder of the programs; nil if PostgreSQL isn't installed.
  package static let programs: String? = {
    let folder = "/usr/lib/postgresql"
    let versions = TestFiles.names(in: folder).sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
    return versions.last.map { "\(folder)/\($0)/bin" }.flatMap { TestFiles.isExecutable($0 + "/initdb") ? $0 : nil }
  }()

  package let directory: String
  private let programs: String
  // SAFETY: a test starts and stops its server on one task.
  private var server: ChildProcess?

  /// Makes a cluster, and starts the server.
  package init() async throws {
    guard let programs = Self.programs else { throw ChildProcess.Failure(description: "PostgreSQL isn't installed") }
    self.programs = programs
    directory = try TestFiles.makeDirectory()
    if getuid() == 0, let user = getpwnam("postgres") { chown(directory, user.pointee.pw_uid, user.pointee.pw_gid) }
    let arguments = ["\(programs)/initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync"]
    let initializer = try ChildProcess(Self.asServer(arguments), environment: ["LC_ALL": "C.UTF-8"])
    guard await initializer.wait() == 0 else { throw ChildProcess.Failure(description: initializer.errors) }
    try await start()
    try await query("CREATE DATABASE telemetry", database: "postgres")
  }

  deinit { server?.send(SIGKILL) }

  private var data: String { directory + "/data" }

  /// The connection string of a user.
  package func url(_ user: String = "owner", database: String = "telemetry", _ more: String = "") -> String {
    "postgresql://\(user)@/\(database)?host=\(directory)\(more)"
  }

  /// The server refuses to run as root.
  private static func asServer(_ arguments: [String]) -> [String] {
    guard getuid() == 0 else { return arguments }
    return ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + arguments
  }

  /// Starts the server, and waits until it answers.
  package func start() async throws {
    let arguments = [
      "\(programs)/postgres", "-D", data, "-k", directory, "-c", "listen_addresses=", "-c", "fsync=off",
      "-c", "max_connections=20",
    ]
    let deadline = Deadline.after(Loopback.patience)
    // After a kill the server's other processes hold its memory for a moment, and a start is refused.
    while !deadline.hasPassed {
      let started = try ChildProcess(Self.asServer(arguments), environment: ["LC_ALL": "C.UTF-8"])
      server = started
      while started.isRunning, !deadline.hasPassed {
        let ready = try ChildProcess(["\(programs)/pg_isready", "-q", "-h", directory])
        if await ready.wait() == 0 { return }
      }
    }
    throw ChildProcess.Failure(description: "PostgreSQL doesn't start: \(server?.errors ?? "")")
  }

  /// Kills the server, so that it writes nothing any more.
  package func kill() async {
    server?.send(SIGKILL)
    _ = await server?.wait()
  }

  /// Stops or continues all processes of the server.
  package func send(_ signal: Int32) {
    guard let id = server?.id else { return }
    for child in TestFiles.read("/proc/\(id)/task/\(id)/children").split(separator: " ") {
      Glibc.kill(Int32(child) ?? 0, signal)
    }
    Glibc.kill(id, signal)
  }

  /// Runs statements as the owner.
  /// - Returns: The lines of the result.
  @discardableResult
  package func query(_ sql: String, database: String = "telemetry") async throws -> [String] {
    let psql = try ChildProcess(
      ["/usr/bin/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url(database: database), "-c", sql])
    guard await psql.wait() == 0 else { throw ChildProcess.Failure(description: psql.errors) }
    return psql.output.split(separator: "\n").map(String.init)
  }
}

import Glibc
import OTLPTesting
import TestSupport
import TestThreads
import Testing

/// `otlp receive --database` with databases that can't be used.
@Suite(.ownThreads) struct ReceiveDatabaseTests {
  #if SQLite
    private func start(_ database: String) async throws -> (ChildProcess, endpoint: String) {
      let process = try Tool.start(["receive", "--port", "0", "--database", database])
      #expect(await Loopback.wait { process.errors.contains("listening on ") }, "\(process.errors)")
      let words = process.errors.split(whereSeparator: \.isWhitespace)
      return (process, try #require(words.first { $0.hasPrefix("http://") }).description)
    }

    private func load(_ endpoint: String, lasting: String? = nil) async throws -> Tool.Result {
      let patience = lasting.map { ["--shutdown-timeout", $0] } ?? []
      return try await Tool.run(["load", "--endpoint", endpoint, "--spans", "10"] + patience)
    }

    @Test(
      "a database that can't be used is named at the start",
      arguments: [
        ("/nonexistent/x", "/nonexistent/x: unable to open database file (No such file or directory)"),
        ("/etc/passwd", "/etc/passwd: file is not a database"), ("/tmp", "/tmp: it is a folder, not a file"),
        ("/nonexistent/\u{1B}[31mx", "/nonexistent/ [31mx: unable"),
      ])
    func unusable(_ database: String, _ words: String) async throws {
      let run = try await Tool.run(["receive", "--port", "0", "--database", database])
      #expect(run.code == 78)
      #expect(run.errors.contains("otlp receive: --database: \(words)"), "\(run.errors)")
      #expect(!run.errors.contains("listening on ") && !run.errors.contains("\u{1B}"))
    }

    @Test("a running receiver without items has a database without traces")
    func empty() async throws {
      let database = try TestFiles.makeDirectory() + "/telemetry.sqlite"
      let (process, _) = try await start(database)
      let list = try await Tool.run(["traces", "--database", database])
      #expect(list.code == 0 && list.output.isEmpty && list.errors.isEmpty, "\(list.errors)")
      process.send(2)
      #expect(await process.wait() == 0)
    }

    @Test("the first refusal and the recovery are reported, and items that stay refused are a failure")
    func refusals() async throws {
      let folder = try TestFiles.makeDirectory() + "/database"
      #expect(mkdir(folder, 0o755) == 0)
      let (process, endpoint) = try await start(folder + "/telemetry.sqlite")
      #expect(try await load(endpoint).code == 0)
      TestFiles.remove(folder)
      #expect(try await load(endpoint, lasting: "3s").code == 69)
      #expect(await Loopback.wait { process.errors.contains("items are refused: ") }, "\(process.errors)")
      #expect(process.errors.contains("unable to open database file"), "\(process.errors)")
      #expect(mkdir(folder, 0o755) == 0)
      #expect(try await load(endpoint).code == 0)
      process.send(2)
      #expect(await process.wait() == 69)
      let lines = process.errors.split(separator: "\n")
      #expect(lines.filter { $0.contains("items are refused: ") }.count == 1, "\(process.errors)")
      #expect(lines.filter { $0.contains("items are stored again") }.count == 1, "\(process.errors)")
      #expect(lines.last?.contains("telemetry.sqlite: 10 items were refused (1 request, ") == true, "\(process.errors)")
    }

    @Test("an item that the database never takes is rejected once, and the others of its request are stored")
    func rejections() async throws {
      let database = try TestFiles.makeDirectory() + "/telemetry.sqlite"
      let (process, endpoint) = try await start(database)
      let trigger = """
        import sqlite3, sys
        sqlite3.connect(sys.argv[1]).execute("CREATE TRIGGER poison BEFORE INSERT ON spans WHEN new.status_code = 2 "
          "BEGIN SELECT RAISE(ABORT, 'no errors here'); END")
        """
      let client = try ChildProcess(["/usr/bin/env", "python3", "-c", trigger, database])
      #expect(await client.wait() == 0, "\(client.errors)")
      let load = try await Tool.run(["load", "--endpoint", endpoint, "--spans", "40", "--error-rate", "10"])
      #expect(load.code == 69 && load.errors.contains("rejected"), "\(load.errors)")
      let single = try await Tool.run(["span", "--endpoint", endpoint, "--status", "error", "--name", "alone"])
      #expect(single.code == 69, "\(single.errors)")
      process.send(2)
      #expect(await process.wait() == 69)
      let lines = process.errors.split(separator: "\n")
      #expect(lines.filter { $0.contains("items are rejected, and others stored: ") }.count == 1, "\(process.errors)")
      #expect(process.errors.contains("no errors here") && !process.errors.contains("items are refused"))
      let rejected = lines.last.flatMap { $0.firstMatch(of: /telemetry.sqlite: (\d+) items were rejected/)?.1 }
      let count = try #require(rejected.flatMap { Int($0) }, "\(process.errors)")
      let stored = try await Tool.run(["traces", "--database", database, "--json", "--limit", "1000"])
      #expect(stored.output.split(separator: "\n").count == 41 - count, "\(stored.output)")
    }

    @Test("an unknown path isn't found, and another signal isn't implemented")
    func unknownPaths() async throws {
      let (process, endpoint) = try await start(try TestFiles.makeDirectory() + "/telemetry.sqlite")
      let script = """
        import sys, urllib.request, urllib.error
        for path in ['/v1/trace', '/', '/v1/metrics']:
          request = urllib.request.Request(sys.argv[1] + path, b'{}', {'content-type': 'application/json'})
          try: print(urllib.request.urlopen(request).status)
          except urllib.error.HTTPError as error: print(error.code, error.read().decode())
        """
      let client = try ChildProcess(["/usr/bin/env", "python3", "-c", script, endpoint])
      #expect(await client.wait() == 0, "\(client.errors)")
      let lines = client.output.split(separator: "\n")
      try #require(lines.count == 3, "\(client.output)")
      #expect(lines[0].hasPrefix("404 ") && lines[0].contains("no service at /v1/trace"), "\(lines)")
      #expect(lines[1].hasPrefix("404 ") && lines[2].hasPrefix("501 "), "\(lines)")
      process.send(2)
      #expect(await process.wait() == 0)
    }
  #endif

  #if PostgreSQL
    @Test(
      "items that are refused while the server is down and stored afterwards are no failure",
      .enabled(if: PostgreSQLPeer.programs != nil, "PostgreSQL isn't installed"))
    func outage() async throws {
      let server = try await PostgreSQLPeer()
      let process = try Tool.start(["receive", "--port", "0", "--database", server.url()])
      #expect(await Loopback.wait { process.errors.contains("listening on ") }, "\(process.errors)")
      let words = process.errors.split(whereSeparator: \.isWhitespace)
      let endpoint = try #require(words.first { $0.hasPrefix("http://") }).description
      #expect(try await server.query("SELECT count(*) FROM spans") == ["0"])
      await server.kill()
      let load = try Tool.start(["load", "--endpoint", endpoint, "--spans", "10"])
      #expect(await Loopback.wait { process.errors.contains("items are refused: ") }, "\(process.errors)")
      try await server.start()
      #expect(await load.wait(within: .seconds(90)) == 0, "\(load.errors)")
      process.send(2)
      #expect(await process.wait() == 0, "\(process.errors)")
      let lines = process.errors.split(separator: "\n")
      #expect(lines.filter { $0.contains("items are refused: ") }.count == 1, "\(process.errors)")
      #expect(lines.filter { $0.contains("items are stored again") }.count == 1, "\(process.errors)")
      #expect(try await server.query("SELECT count(*) FROM spans") == ["10"])
    }

    @Test("a server that is away is no error at the start, and no secret is printed")
    func awayServer() async throws {
      let place = "host=/nonexistent port=5999 password=hunter2"
      let process = try Tool.start(["receive", "--port", "0", "--database", place])
      #expect(await Loopback.wait { process.errors.contains("listening on ") }, "\(process.errors)")
      #expect(process.errors.contains("--database: postgresql:///nonexistent:5999/: "), "\(process.errors)")
      #expect(process.errors.contains("; it is tried again with each request"))
      process.send(2)
      #expect(await process.wait() == 0)
      let traces = try await Tool.run(["traces", "--database", place])
      #expect(traces.code == 66 && traces.errors.contains("postgresql:///nonexistent:5999/"), "\(traces.errors)")
      let wrong = try await Tool.run(["traces", "--database", "host=localhost nonsense=hunter2"])
      #expect(wrong.code == 64 && wrong.errors.contains("[REDACTED] (31 bytes)"), "\(wrong.errors)")
      #expect(!(process.errors + traces.errors + wrong.errors).contains("hunter2"))
    }
  #endif
}

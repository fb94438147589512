import OTLPTesting
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct DatabaseCommandTests {
  #if SQLite
    private func receiver(_ database: String, port: String = "0") async throws -> (ChildProcess, endpoint: String) {
      let receiver = try Tool.start(["receive", "--port", port, "--database", database])
      #expect(await Loopback.wait { receiver.errors.contains("listening on ") }, "\(receiver.errors)")
      let words = receiver.errors.split(whereSeparator: \.isWhitespace)
      return (receiver, try #require(words.first { $0.hasPrefix("http://") }).description)
    }

    @Test("received spans are stored, listed and drawn")
    func storedListedAndDrawn() async throws {
      let folder = try TestFiles.makeDirectory()
      let database = folder + "/telemetry.sqlite"
      let (process, endpoint) = try await receiver(database)
      #expect(try await Tool.run(["load", "--endpoint", endpoint, "--spans", "1000"]).code == 0)
      process.send(15)
      #expect(await process.wait() == 0)
      #expect(process.errors.contains("received 1000 spans"))
      let list = try await Tool.run(["traces", "--database", database, "--limit", "3"])
      #expect(list.code == 0)
      let lines = list.output.split(separator: "\n")
      #expect(lines.count == 3)
      let trace = try #require(lines.first?.split(separator: " ").first).description
      let shown = try await Tool.run(["show", trace, "--database", database])
      #expect(shown.code == 0)
      #expect(shown.output.hasPrefix("trace \(trace)"))
      let json = try await Tool.run(["traces", "--database", database, "--json", "--limit", "1"])
      #expect(json.output.contains("\"traceId\":\"\(trace)\""))
      #expect(json.output.contains("\"services\":[\"checkout-service\"]"), "\(json.output)")
    }

    @Test("a receiver that is killed and started again has each span that was counted as exported, once")
    func killedReceiver() async throws {
      let folder = try TestFiles.makeDirectory()
      let database = folder + "/telemetry.sqlite"
      var (process, endpoint) = try await receiver(database)
      let port = try #require(endpoint.split(separator: ":").last).description
      let load = try Tool.start([
        "load", "--endpoint", endpoint, "--spans", "20000", "--rate", "10000", "--shutdown-timeout", "60s", "--json",
      ])
      let wal = database + "-wal"
      #expect(await Loopback.wait { TestFiles.exists(wal) })
      process.send(9)
      #expect(await process.wait() == 128 + 9)
      (process, endpoint) = try await receiver(database, port: port)
      #expect(await load.wait(within: .seconds(90)) == 0)
      #expect(load.output.contains("\"exported\":20000"))
      process.send(15)
      #expect(await process.wait() == 0)
      let sqlite = try ChildProcess(["/usr/bin/env", "python3", "-c", Self.counting, database])
      #expect(await sqlite.wait() == 0)
      #expect(sqlite.output == "20000 20000\n")
    }

    private static let counting = """
      import sqlite3, sys
      rows = sqlite3.connect(sys.argv[1]).execute('SELECT count(*), count(DISTINCT hex(trace_id) || hex(span_id)) FROM spans')
      print(*rows.fetchone())
      """

    @Test("a database that can't be used is named", arguments: ["traces", "show 0af7651916cd43dd8448eb211c80319c"])
    func unusableDatabases(_ command: String) async throws {
      let arguments = command.split(separator: " ").map(String.init)
      let missing = try await Tool.run(arguments)
      #expect(missing.code == 64)
      #expect(missing.errors.contains("--database is missing"))
      let absent = try await Tool.run(arguments + ["--database", "/nonexistent/x.sqlite"])
      #expect(absent.code == 66)
      #expect(absent.errors.contains("/nonexistent/x.sqlite: the file doesn't exist"))
    }
  #else
    @Test("without the trait, the command says how to build with it")
    func withoutTheTrait() async throws {
      let run = try await Tool.run(["traces", "--database", "x.sqlite"])
      #expect(run.code == 66)
      #expect(run.errors.contains("swift build --traits SQLite"))
    }
  #endif
}

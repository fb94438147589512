#if SQLite
  import Glibc
  import OTLPTesting
  import TelemetryCore
  import TelemetrySDK
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  @Suite(.ownThreads) struct SQLiteReadingTests {
    private func failure(_ path: String) async -> DatabaseError? {
      await #expect(throws: DatabaseError.self) { try await TelemetryStore.open(DatabaseName(path)) }
    }

    @Test("the reason why a file can't be read is named")
    func reasons() async throws {
      let folder = try TestFiles.makeDirectory()
      #expect(await failure(folder)?.description == "it is a folder, not a file")
      #expect(await failure(folder + "/x.db")?.description == "the file doesn't exist")
      try TestFiles.write("text, text, text", to: folder + "/text")
      #expect(await failure(folder + "/text")?.description == "file is not a database")
      try TestFiles.write("", to: folder + "/empty")
      #expect(await failure(folder + "/empty")?.description == "the file has no telemetry")
    }

    @Test("a message in a column that another program wrote is refused with its fault, however deep it is")
    func damagedMessages() async throws {
      let scene = try SQLiteScene()
      var span = StandardWorkload().spans(0..<1)[0]
      span.attributes["binary"] = .bytes([0, 1])
      #expect(await scene.export([span]).exported == 1)
      #expect(try await scene.stored() == [span])
      var deep: [UInt8] = []
      // An array of one array of one array …
      for _ in 0..<2000 { deep = StoredGroup.field(5, StoredGroup.field(1, deep)) }
      let attribute = StoredGroup.field(9, StoredGroup.field(2, deep))
      for message in [attribute, [0x0A, 0xFF, 0xFF, 0x7F], [0x2A, 1, 0xFF]] {
        let hexadecimal = message.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        _ = try scene.query("UPDATE spans SET otlp = x'\(hexadecimal)'")
        let error = await #expect(throws: DatabaseError.self) { try await scene.stored() }
        #expect(error?.description.hasPrefix("a column 'otlp' isn't an item's message: ") == true)
      }
      await scene.end()
    }

    private func mount(_ folder: String, _ options: String) async throws {
      let mount = try ChildProcess(["/usr/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", folder])
      try #require(await mount.wait() == 0, "\(mount.errors)")
    }

    @Test(
      "a file is read without the right to write beside it, unless a writer has left its log",
      .enabled(if: getuid() == 0, "a read-only file system needs root"))
    func readOnly() async throws {
      let folder = try TestFiles.makeDirectory()
      try await mount(folder, "size=16m")
      let path = folder + "/100% of a?#.sqlite"
      let scene = try SQLiteScene { $0.path = path }
      #expect(await scene.export(StandardWorkload().spans(0..<10)).exported == 10)
      // The log, as a writer that is killed leaves it.
      for suffix in ["", "-wal"] {
        try TestFiles.write(TestFiles.bytes(path + suffix), to: "\(folder)/killed\(suffix)")
      }
      await scene.end()
      #expect(!TestFiles.exists(path + "-wal"))
      try await mount(folder, "remount,ro")
      let reader = try await TelemetryStore.open(DatabaseName(path))
      #expect(try await reader.allSpans().count == 10)
      await reader.close()
      let killed = await failure(folder + "/killed")
      #expect(killed?.description.contains("a writer has left the log") == true, "\(killed.debugDescription)")
      let unmount = try ChildProcess(["/usr/bin/umount", folder])
      #expect(await unmount.wait() == 0)
    }

    @Test("a query may take longer than the opening, and its own limit is named")
    func patience() async throws {
      let scene = try SQLiteScene()
      #expect(await scene.export(StandardWorkload().spans(0..<10)).exported == 10)
      var patience = ReadingPatience()
      patience.opening = .milliseconds(100)
      patience.query = .seconds(600)
      let reader = try await TelemetryStore.open(DatabaseName(scene.path), patience: patience)
      // Some hundred milliseconds.
      let long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT max(i) FROM n"
      #expect(try await reader.source.rows(long, [], columns: [.int64]).first?.first?.integer == 3_000_000)
      await reader.close()
      patience.query = .milliseconds(50)
      let hasty = try await TelemetryStore.open(DatabaseName(scene.path), patience: patience)
      let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
      let error = await #expect(throws: DatabaseError.self) {
        try await hasty.source.rows(endless, [], columns: [.int64])
      }
      #expect(error?.description == "the database didn't answer a query within 0.05 seconds")
      await hasty.close()
      await scene.end()
    }

    @Test("closing a file ends a query that runs and those that follow")
    func closing() async throws {
      let path = try TestFiles.makeDirectory() + "/telemetry.sqlite"
      try await TelemetryStore.prepare(DatabaseName(path), runtime: .shared)
      let reader = try await TelemetryStore.open(DatabaseName(path))
      let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
      let query = Task { try await reader.source.rows(endless, [], columns: [.int64]) }
      await reader.close()
      let error = await #expect(throws: DatabaseError.self) { try await query.value }
      #expect(error?.description == "the database was closed")
      await #expect(throws: DatabaseError.self) { try await reader.source.rows("SELECT 1", [], columns: [.int64]) }
      #expect(!TestFiles.isOpen(path))
    }

    @Test("a query ends with its task, and neither one that runs nor one that follows does")
    func cancelled() async throws {
      let path = try TestFiles.makeDirectory() + "/telemetry.sqlite"
      let runtime = try TelemetryRuntime(.init())
      try await TelemetryStore.prepare(DatabaseName(path), runtime: runtime)
      let reader = try await TelemetryStore.open(DatabaseName(path), runtime: runtime)
      func start(_ last: Int) -> Task<[[SQLValue]], any Error> {
        let long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT \(last)) SELECT max(i) FROM n"
        return Task { try await reader.source.rows(long, [], columns: [.int64]) }
      }
      let source = try #require(reader.source as? SQLiteSource)
      for isRunning in [true, false] {
        let endless = start(.max)
        if isRunning { #expect(await Loopback.wait { source.isQuerying }) }
        // Whichever of the two begins first, the other isn't touched.
        let other = start(100_000)
        endless.cancel()
        let error = await #expect(throws: DatabaseError.self) { try await endless.value }
        #expect(error?.description == "the query was cancelled")
        #expect(try await other.value.first?.first?.integer == 100_000)
      }
      #expect(try await start(10).value.first?.first?.integer == 10)
      await reader.close()
    }

    @Test("a file that is locked is waited for on a blocking thread")
    func locked() async throws {
      let path = try TestFiles.makeDirectory() + "/telemetry.sqlite"
      let runtime = try TelemetryRuntime(.development)
      let lease = try runtime.acquire()
      try await TelemetryStore.prepare(DatabaseName(path), runtime: runtime)
      let holder = try SQLiteConnection(path, .writing, SQLiteInterruption())
      try holder.execute("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")
      let opening = Task(executorPreference: lease.loop) {
        var patience = ReadingPatience()
        patience.opening = .seconds(600)
        return try await TelemetryStore.open(DatabaseName(path), runtime: runtime, patience: patience)
      }
      let next = Promise<Void>()
      Task(executorPreference: lease.loop) { next.fulfil(()) }
      #expect(await Loopback.wait { next.current != nil })
      try holder.execute("COMMIT")
      await (try opening.value).close()
      lease.end()
    }

    @Test("what can be known of a file is known before the first batch")
    func preparation() async throws {
      let folder = try TestFiles.makeDirectory()
      func prepare(_ path: String) async throws {
        try await TelemetryStore.prepare(DatabaseName(path), runtime: .shared)
      }
      try await prepare(folder + "/new.sqlite")
      try await prepare(folder + "/new.sqlite")
      let reader = try await TelemetryStore.open(DatabaseName(folder + "/new.sqlite"))
      #expect(try await reader.allSpans().isEmpty)
      await reader.close()
      try TestFiles.write("text, text, text", to: folder + "/text")
      for (path, reason) in [
        (folder + "/none/x", "No such file"), (folder + "/text", "not a database"), (folder, "it is a folder"),
      ] {
        let error = await #expect(throws: DatabaseError.self) { try await prepare(path) }
        #expect(error?.description.contains(reason) == true && error?.isPassing == false, "\(error.debugDescription)")
      }
      #expect(TestFiles.read(folder + "/text") == "text, text, text")
    }
  }
#endif

#if SQLite
  import Glibc
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  @Suite("SQLite in an outage", .ownThreads)
  struct SQLiteOutageTests {
    @Test("while the file is locked at full speed memory stays flat, and afterwards each span is stored once")
    func lockedAtFullSpeed() async throws {
      let scene = try SQLiteScene { $0.timeout = .milliseconds(500) }
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      var configuration = BatchConfiguration()
      configuration.maxQueueSize = 4096
      configuration.overflow = .block(upTo: .seconds(60))
      let processor = try BatchSpanProcessor(
        exporter: scene.exporter, configuration: configuration, diagnostics: scene.log.diagnostics)
      let holder = try SQLiteConnection(scene.path, .writing, SQLiteInterruption())
      try holder.execute("BEGIN IMMEDIATE")
      let workload = StandardWorkload()
      let start = MonotonicInstant.system
      try ThreadSystem.start(name: "spans", stackSize: 1 << 20) {
        for number in 1...12_000 { processor.onEnd(workload.span(number)) }
      }
      // The queue fills within a second.
      var early = 0
      while MonotonicInstant.system - start < .seconds(6) {
        _ = await Loopback.wait(within: .milliseconds(500)) { false }
        if early == 0, MonotonicInstant.system - start > .seconds(3) { early = processor.bytesHeld }
      }
      let late = processor.bytesHeld
      #expect(processor.ledger.queued + processor.ledger.inFlight >= 4096)
      #expect(late - early < 4 << 20, "\(early) \(late)")
      try holder.execute("COMMIT")
      #expect(await Loopback.wait(within: .seconds(60)) { processor.ledger.ended == 12_000 })
      let report = await processor.shutdown(within: .seconds(60))
      #expect(report.ledger.exported == 12_000)
      #expect(
        try scene.query("SELECT count(*) || ' ' || count(DISTINCT hex(trace_id) || hex(span_id)) FROM spans")
          == ["12001 12001"])
    }

    @Test(
      "a full disk is waited for, and what is counted as exported stands there",
      .enabled(if: getuid() == 0, "a file system of a limited size needs root"))
    func fullDisk() async throws {
      let folder = try TestFiles.makeDirectory()
      func mount(_ options: String) async throws {
        let mount = try ChildProcess(["/usr/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", folder])
        try #require(await mount.wait() == 0, "\(mount.errors)")
      }
      try await mount("size=2m")
      let scene = try SQLiteScene { $0.path = folder + "/telemetry.sqlite" }
      async let exported = exportMany(scene)
      #expect(await Loopback.wait { scene.log.text.contains("SQLITE_FULL") }, "\(scene.log.text)")
      try await mount("remount,size=64m")
      #expect(await exported == 5000)
      await scene.end()
      #expect(try SQLiteScene.query("SELECT count(*) || '' FROM spans", folder + "/telemetry.sqlite") == ["5000"])
      let unmount = try ChildProcess(["/usr/bin/umount", folder])
      #expect(await unmount.wait() == 0)
    }

    private func exportMany(_ scene: SQLiteScene) async -> Int {
      var exported = 0
      for number in 0..<10 {
        let spans = StandardWorkload().spans(number * 500..<number * 500 + 500)
        exported += await scene.export(spans, within: .seconds(120)).exported
      }
      return exported
    }

    @Test(
      "a file system that is read-only is said, and the next batch tries again",
      .enabled(if: getuid() == 0, "a file system of its own needs root"))
    func readOnly() async throws {
      let folder = try TestFiles.makeDirectory()
      func run(_ command: String) async throws {
        let process = try ChildProcess(["/bin/sh", "-c", command])
        try #require(await process.wait() == 0, "\(process.errors)")
      }
      try await run("mount -t tmpfs -o size=8m,ro tmpfs \(folder)")
      let scene = try SQLiteScene { $0.path = folder + "/telemetry.sqlite" }
      let refused = await scene.export(StandardWorkload().spans(0..<3))
      #expect(refused.dropped == [.refused: 3])
      let message = (refused.error as? OTLPError)?.message ?? ""
      #expect(message.contains("SQLITE_CANTOPEN") && message.contains("(Read-only file system)"), "\(message)")
      try await run("mount -o remount,rw \(folder)")
      #expect(await scene.export(StandardWorkload().spans(3..<6)).exported == 3)
      await scene.end()
      try await run("mount -o remount,ro \(folder)")
      let late = try SQLiteExporter(SQLiteConfiguration(path: folder + "/telemetry.sqlite"))
      let outcome = await late.export(SpanBatch(StandardWorkload().spans(6..<9)), deadline: .after(.seconds(30)))
      #expect(outcome.dropped == [.refused: 3])
      // The write-ahead log can't be made.
      let reason = (outcome.error as? OTLPError)?.message ?? ""
      #expect(reason.contains("SQLITE_CANTOPEN") && reason.contains("(Read-only file system)"), "\(reason)")
      await late.shutdown(deadline: .after(.seconds(5)))
      try await run("umount \(folder)")
    }

    @Test("a table that someone drops is named, and a file that is no database too")
    func droppedTable() async throws {
      let scene = try SQLiteScene()
      #expect(await scene.export(StandardWorkload().spans(0..<3)).exported == 3)
      try SQLiteConnection(scene.path, .writing, SQLiteInterruption()).execute("DROP TABLE span_events")
      let refused = await scene.export(StandardWorkload().spans(3..<6))
      #expect(refused.dropped == [.refused: 3])
      #expect((refused.error as? OTLPError)?.message.contains("span_events") == true)
      for name in TestFiles.names(in: scene.directory) { unlink(scene.directory + "/" + name) }
      try TestFiles.write(String(repeating: "no database ", count: 100), to: scene.path)
      let foreign = await scene.export(StandardWorkload().spans(6..<9))
      #expect(foreign.dropped == [.refused: 3])
      #expect((foreign.error as? OTLPError)?.message.contains("SQLITE_NOTADB") == true)
      #expect(TestFiles.read(scene.path).hasPrefix("no database"))
      await scene.end()
    }

    @Test("flush and shutdown keep their deadlines while the file is locked")
    func deadlines() async throws {
      let scene = try SQLiteScene()
      #expect(await scene.export(StandardWorkload().spans(0..<1)).exported == 1)
      let processor = try BatchSpanProcessor(exporter: scene.exporter, diagnostics: scene.log.diagnostics)
      let holder = try SQLiteConnection(scene.path, .writing, SQLiteInterruption())
      try holder.execute("BEGIN IMMEDIATE")
      for span in StandardWorkload().spans(1..<11) { processor.onEnd(span) }
      let start = MonotonicInstant.system
      #expect(!(await processor.forceFlush(within: .seconds(1)).isDelivered))
      #expect(processor.ledger.queued + processor.ledger.inFlight == 10, "\(processor.ledger)")
      let report = await processor.shutdown(within: .seconds(1))
      #expect(MonotonicInstant.system - start < .seconds(6))
      #expect(report.ledger.dropped.values.reduce(0, +) == 10, "\(report.ledger)")
      try holder.execute("COMMIT")
      #expect(try scene.query("SELECT count(*) || '' FROM spans") == ["1"])
    }

    @Test("log records of every shape come back as they were, and two equal ones are both kept")
    func logRecords() async throws {
      let scene = try SQLiteScene()
      var random = RandomItems(seed: 15)
      var records = random.logRecords(2000)
      records.append(records[0])
      let logs = scene.exporter.logExporter
      #expect(await logs.export(LogRecordBatch(records), deadline: .after(.seconds(60))).exported == 2001)
      await logs.shutdown(deadline: .after(.seconds(5)))
      await scene.end()
      let reader = try await TelemetryStore.open(DatabaseName(scene.path))
      let stored = try await reader.allLogRecords()
      await reader.close()
      expectSame(stored, records)
    }
  }
#endif

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
      var exported = 0
      var outcome = ExportOutcome()
      for number in 0..<10 {
        outcome = await scene.export(StandardWorkload().spans(number * 500..<number * 500 + 500), within: .seconds(3))
        exported += outcome.exported
        if outcome.exported < 500 { break }
      }
      #expect(outcome.dropped.values.reduce(0, +) == 500)
      #expect(scene.log.text.contains("SQLITE_FULL"), "\(scene.log.text)")
      async let waiting = scene.export(StandardWorkload().spans(5000..<5500))
      try await mount("remount,size=64m")
      #expect(await waiting.exported == 500)
      exported += 500
      await scene.end()
      #expect(
        try SQLiteScene.query("SELECT count(*) || '' FROM spans", folder + "/telemetry.sqlite") == ["\(exported)"])
      let unmount = try ChildProcess(["/usr/bin/umount", folder])
      #expect(await unmount.wait() == 0)
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
      let reader = try await TelemetryStore.open(scene.path)
      let stored = try await reader.allLogRecords()
      await reader.close()
      expectSame(stored, records)
    }
  }
#endif

#if SQLite
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// A deletion of old rows that doesn't end by itself.
  @Suite(.ownThreads) struct SQLiteRetentionTests {
    /// Exports a batch whose deletion is endless.
    private func makeScene() async throws -> SQLiteScene {
      let scene = try SQLiteScene {
        $0.timeout = .seconds(600)
        $0.retention = .seconds(1)
      }
      try await TelemetryStore.prepare(DatabaseName(scene.path), runtime: .shared)
      let connection = try SQLiteConnection(scene.path, .writing, SQLiteInterruption())
      try connection.execute(
        """
        CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;
        CREATE TRIGGER slow BEFORE DELETE ON spans BEGIN SELECT * FROM endless; END
        """)
      #expect(await scene.export(StandardWorkload().spans(0..<3)).exported == 3)
      return scene
    }

    @Test("a deletion gives way to a batch, which is no failure")
    func batch() async throws {
      let scene = try await makeScene()
      let exported = Promise<Int>()
      Task { exported.fulfil(await scene.export(StandardWorkload().spans(3..<5), within: .seconds(600)).exported) }
      #expect(await Loopback.wait { exported.current == 2 })
      await scene.end()
      #expect(try scene.query("SELECT count(*) || '' FROM spans") == ["5"])
      #expect(!scene.log.text.contains("too old"), "\(scene.log.text)")
    }

    @Test("a deletion gives way to the shutdown, which is no failure")
    func shutdown() async throws {
      let scene = try await makeScene()
      let ended = Promise<Void>()
      Task {
        await scene.exporter.shutdown(deadline: .after(.seconds(600)))
        ended.fulfil(())
      }
      #expect(await Loopback.wait { ended.current != nil })
      #expect(!TestFiles.isOpen(scene.path))
      #expect(!scene.log.text.contains("too old"), "\(scene.log.text)")
    }
  }
#endif

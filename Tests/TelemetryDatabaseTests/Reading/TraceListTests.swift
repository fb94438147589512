#if SQLite
  import TelemetrySDK
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  @Suite(.ownThreads) struct TraceListTests {
    static func span(_ trace: UInt64, _ id: UInt64, _ start: UInt64, _ end: UInt64) -> SpanData {
      SpanData(
        traceID: TraceID(high: trace, low: 1), spanID: SpanID(id), parentSpanID: SpanID(id - 1), name: "span \(id)",
        startTimeUnixNano: start, endTimeUnixNano: end, resource: Resource(["service.name": .string("s\(id)")]))
    }

    /// A long trace that began first has the latest span; two begin together; one has no start.
    static let spans = [
      span(1, 1, 1000, 9000), span(1, 2, 8000, 8500), span(2, 1, 5000, 6000), span(3, 1, 5000, 5500),
      span(4, 1, 0, 0), span(5, 1, 7000, 7500), span(5, 2, 0, 7100), span(5, 3, 7200, 0),
    ]

    static func check(_ reader: DatabaseReader) async throws {
      let all = try await reader.traces(limit: 100)
      #expect(all.map(\.traceID.high) == [5, 3, 2, 1, 4])
      for limit in 1...all.count {
        #expect(try await reader.traces(limit: limit) == Array(all.prefix(limit)), "\(limit)")
      }
      // Times that aren't set count neither for the start nor for the end.
      #expect((all[0].start, all[0].end) == (7000, 7500))
      #expect((all[4].start, all[4].end) == (0, 0))
      #expect(all[0].rootName == "span 1" && all[0].services == ["s1", "s3", "s2"])
    }

    @Test("a list of N traces is the beginning of a longer one")
    func order() async throws {
      let scene = try SQLiteScene()
      #expect(await scene.export(Self.spans).exported == Self.spans.count)
      await scene.end()
      let reader = try await TelemetryStore.open(DatabaseName(scene.path))
      try await Self.check(reader)
      await reader.close()
      let view = """
        SELECT coalesce(start_time, 'unset') || ' ' || coalesce(duration_ms, 'none') FROM traces ORDER BY trace_id
        """
      #expect(
        try scene.query(view) == ["0.008", "0.001", "0.0005"].map { "1970-01-01T00:00:00.000Z \($0)" }
          + ["unset none", "1970-01-01T00:00:00.000Z 0.0005"])
    }
  }

  #if PostgreSQL
    @Suite(.ownThreads, .enabled(if: PostgreSQLPeer.programs != nil, "PostgreSQL isn't installed"))
    struct PostgreSQLTraceListTests {
      @Test("PostgreSQL gives the same list, and its tables are made before the first batch")
      func order() async throws {
        let scene = try await PostgreSQLScene()
        let name = try DatabaseName(scene.server.url())
        try await TelemetryStore.prepare(name, runtime: .shared)
        #expect(await scene.export(TraceListTests.spans).exported == TraceListTests.spans.count)
        let reader = try await scene.reader()
        try await TraceListTests.check(reader)
        await reader.close()
        await scene.end()
        let stranger = try DatabaseName(scene.server.url("stranger"))
        let refused = await #expect(throws: DatabaseError.self) {
          try await TelemetryStore.prepare(stranger, runtime: .shared)
        }
        #expect(refused?.isPassing == false, "\(refused.debugDescription)")
        let away = await #expect(throws: DatabaseError.self) {
          try await TelemetryStore.prepare(DatabaseName("host=/nonexistent"), runtime: .shared)
        }
        #expect(away?.isPassing == true, "\(away.debugDescription)")
      }
    }
  #endif
#endif

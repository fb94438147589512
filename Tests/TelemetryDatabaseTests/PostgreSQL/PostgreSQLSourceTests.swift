#if PostgreSQL
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// Queries that the server doesn't answer in time.
  @Suite(.ownThreads) struct PostgreSQLSourceTests {
    private static let running =
      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%sleep(6%' AND pid <> pg_backend_pid()"
    private static let endless = "SELECT 1 FROM pg_sleep(600)"

    private struct Bench {
      let server: PostgreSQLPeer
      let source: any DatabaseSource

      init(query: Duration) async throws {
        server = try await PostgreSQLPeer()
        let name = try DatabaseName(server.url())
        try await TelemetryStore.prepare(name, runtime: .shared)
        var patience = ReadingPatience()
        patience.query = query
        source = try await TelemetryStore.open(name, patience: patience).source
      }

      func start() -> Task<[[SQLValue]], any Error> {
        Task { [source] in try await source.rows(PostgreSQLSourceTests.endless, [], columns: [.int32]) }
      }

      /// Waits for a number of endless queries besides the one that asks.
      func becomes(_ count: String) async throws -> Bool {
        let query = PostgreSQLSourceTests.running
        let end = Deadline.after(Loopback.patience)
        while try await server.query(query) != [count], !end.hasPassed {}
        return try await server.query(query) == [count]
      }
    }

    private func error(_ query: Task<[[SQLValue]], any Error>) async -> String? {
      let text = Promise<String?>()
      Task {
        do {
          _ = try await query.value
          text.fulfil(nil)
        } catch {
          text.fulfil("\(error)")
        }
      }
      return await Loopback.wait { text.current != nil } ? text.current ?? nil : nil
    }

    @Test("a query's time includes the wait for an earlier one, which goes on")
    func waitCounts() async throws {
      let bench = try await Bench(query: .seconds(600))
      let first = bench.start()
      #expect(try await bench.becomes("1"))
      let source = try #require(bench.source as? PostgreSQLSource)
      let second = Task { try await source.rows("SELECT 1", [], columns: [.int32], until: .after(.milliseconds(10))) }
      #expect(await error(second) == "the database didn't answer a query within 600.0 seconds")
      #expect(try await bench.becomes("1"))
      await bench.source.close()
      #expect(await error(first) == "the database was closed")
    }

    @Test("the server ends a query that is given up, and the connection isn't used again")
    func givenUp() async throws {
      let bench = try await Bench(query: .milliseconds(500))
      #expect(await error(bench.start()) == "the database didn't answer a query within 0.5 seconds")
      #expect(try await bench.becomes("0"))
      #expect(await error(bench.start()) == "the connection was given up with an earlier query")
      await bench.source.close()
    }

    @Test("a query that waits for an earlier one ends with its task, and the earlier one goes on")
    func cancelled() async throws {
      let bench = try await Bench(query: .seconds(600))
      let first = bench.start()
      #expect(try await bench.becomes("1"))
      let second = bench.start()
      second.cancel()
      #expect(await error(second) == "the query was cancelled")
      #expect(try await bench.becomes("1"))
      first.cancel()
      #expect(await error(first) == "the query was cancelled")
      #expect(try await bench.becomes("0"))
      await bench.source.close()
    }

    @Test("a query that runs at the close ends in the server too")
    func close() async throws {
      let bench = try await Bench(query: .seconds(600))
      let query = bench.start()
      #expect(try await bench.becomes("1"))
      await bench.source.close()
      #expect(await error(query) == "the database was closed")
      #expect(try await bench.becomes("0"))
    }
  }
#endif

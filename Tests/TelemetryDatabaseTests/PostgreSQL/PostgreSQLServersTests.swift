#if PostgreSQL
  import OTLPExport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// A connection string that names several servers.
  @Suite(.ownThreads) struct PostgreSQLServersTests {
    @Test(
      "the servers of a connection string",
      arguments: [
        ("postgresql://user@a:1,b:2/x", ["host=a port=1", "host=b port=2"]),
        ("host=a,b port=5", ["host=a", "host=b"]),
        ("host=a,b hostaddr=10.0.0.1,10.0.0.2", ["host=a hostaddr=10.0.0.1", "host=b hostaddr=10.0.0.2"]),
        ("hostaddr=10.0.0.1,::1 port=1,2", ["hostaddr=10.0.0.1 port=1", "hostaddr=::1 port=2"]),
        ("host=a", [""]), ("host=/run/a,/run/b", ["host=/run/a", "host=/run/b"]),
        // libpq's own concern.
        ("host=a,,b", [""]), ("host=a,b port=1,2,3", [""]),
      ] as [(String, [String])])
    func servers(_ connection: String, _ expected: [String]) throws {
      let place = try #require(PostgreSQLPlace(connection))
      #expect(place.servers.map { $0.parameters.map { "\($0)=\($1)" }.joined(separator: " ") } == expected)
    }

    @Test("a first server that accepts and never answers doesn't keep the second from being found")
    func silentFirst() async throws {
      let scene = try await PostgreSQLScene()
      let silent = Loopback.Listener(backlog: 64)
      let relay = try CuttingRelay(to: scene.server.directory + "/.s.PGSQL.5432")
      let exporter = try scene.exporter(
        "postgresql://owner@127.0.0.1:\(silent.port),127.0.0.1:\(relay.port)/telemetry?sslmode=disable"
      ) { $0.connectTimeout = .seconds(4) }
      let spans = SpanBatch(StandardWorkload().spans(0..<5))
      let outcome = await exporter.export(spans, deadline: .after(Loopback.patience))
      #expect(outcome.exported == 5, "\(String(describing: outcome.error)) \(scene.log.text)")
      await exporter.shutdown(deadline: .after(.seconds(5)))
      await scene.end()
    }

    @Test("a server that refuses the password is the answer, and no other is asked")
    func refusal() throws {
      #expect(!PostgreSQLFailure(connecting: "FATAL:  28P01: password authentication failed").permitsAnotherServer)
      #expect(PostgreSQLFailure(connecting: "FATAL:  57P03: the database system is starting up").permitsAnotherServer)
      #expect(PostgreSQLFailure(connecting: "connection to server failed: Connection refused").permitsAnotherServer)
    }
  }
#endif

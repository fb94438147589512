#if PostgreSQL
  import HTTP2Transport
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  @testable import TelemetryDatabase

  /// Servers whose names the resolver doesn't answer for.
  @Suite(.ownThreads) struct PostgreSQLConnectorTests {
    /// A resolver that knows `db.test`, and never answers for `silent.test`.
    private final class Names: Network {
      let asked = Locked<[String]>([])
      private let loop: TelemetryLoop

      init(loop: TelemetryLoop) { self.loop = loop }

      func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
        asked.withLock { $0.append(host) }
        // The first address refuses.
        if host == "db.test" { return [.ipv4(0x7F00_0002, port: 0), .ipv4(0x7F00_0001, port: 0)] }
        guard host == "silent.test" else { throw .unresolved(host: host, reason: "unknown") }
        let answer: Void? = await Promise<Void>().valueUnlessCancelled(until: deadline, on: loop)
        #expect(answer == nil)
        throw Task.isCancelled ? .cancelled : .timedOut(address: nil)
      }

      func connect(
        to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
      ) async throws(NetworkError) -> sending any Transport {
        throw .connect(address: address, error: SystemError(call: "connect", code: 1))
      }
    }

    private struct Bench {
      let lease: TelemetryRuntime.Lease
      let names: Names
      let connector: PostgreSQLConnector

      init(_ connection: String, within limit: Duration) throws {
        lease = try TelemetryRuntime(.development).acquire()
        names = Names(loop: lease.loop)
        var configuration = PostgreSQLConfiguration(connection: connection)
        configuration.connectTimeout = limit
        connector = PostgreSQLConnector(configuration, loop: lease.loop, runtime: lease.runtime, network: names)
      }

      /// Connects.
      /// - Returns: The reason why not; nil for a connection.
      func connect() -> Task<PostgreSQLFailure?, Never> {
        Task(executorPreference: lease.loop) { [connector] in
          do throws(PostgreSQLFailure) {
            _ = try await connector.connect(.after(Loopback.patience))
            return nil
          } catch {
            return error
          }
        }
      }
    }

    @Test("a name without an answer doesn't keep the second server from being found, by one of its addresses")
    func silentFirst() async throws {
      let scene = try await PostgreSQLScene()
      let relay = try CuttingRelay(to: scene.server.directory + "/.s.PGSQL.5432")
      let bench = try Bench(
        "postgresql://owner@silent.test:1,db.test:\(relay.port)/postgres?sslmode=disable", within: .seconds(4))
      let failure = await bench.connect().value
      #expect(failure == nil, "\(failure.debugDescription)")
      #expect(bench.names.asked.withLock { $0 } == ["silent.test", "db.test"])
      bench.lease.end()
      await scene.end()
    }

    @Test("a look-up ends with the stop, and with its task")
    func ends() async throws {
      for stops in [true, false] {
        let bench = try Bench("postgresql://owner@silent.test/x", within: .seconds(600))
        let connect = bench.connect()
        #expect(await Loopback.wait { bench.names.asked.withLock { $0.count } == 1 })
        if stops { bench.connector.stop() } else { connect.cancel() }
        let failure = try #require(await connect.value)
        guard case .cancelled = failure.cause else { return #expect(Bool(false), "\(failure)") }
        bench.lease.end()
      }
    }

    @Test("a name that has no address is named")
    func unknown() async throws {
      let bench = try Bench("postgresql://owner@other.test/x", within: .seconds(600))
      #expect(await bench.connect().value?.message == "the name 'other.test' can't be resolved: unknown")
      bench.lease.end()
    }

    @Test(
      "the names that are looked up",
      arguments: [
        ("host=a", ["a"]), ("host=a,b port=5", ["a", "b"]), ("host=a,10.0.0.1,/run/b", ["a", nil, nil]),
        ("host=a hostaddr=10.0.0.1", [nil]), ("host=::1", [nil]), ("host=@abstract", [nil]), ("dbname=x", [nil]),
        // libpq's own concern.
        ("service=s host=a", [nil]), ("host=a port=1,2", [nil]),
      ] as [(String, [String?])])
    func names(_ connection: String, _ expected: [String?]) throws {
      #expect(try #require(PostgreSQLPlace(connection)).servers.map(\.name) == expected)
    }

    @Test("libpq gets all addresses with the name, which it verifies")
    func parameters() {
      let server = PostgreSQLServer(parameters: [("host", "a"), ("port", "1")], name: "a")
      let addresses = [SocketAddress.ipv4(0x7F00_0001, port: 0), .ipv6(high: 0, low: 1, port: 0, scope: 0)]
      #expect(
        server.parameters(addresses).map { "\($0)=\($1)" } == ["port=1", "host=a,a", "hostaddr=127.0.0.1,::1"])
    }
  }
#endif

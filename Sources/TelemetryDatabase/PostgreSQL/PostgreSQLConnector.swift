#if PostgreSQL
  internal import HTTP2Transport
  internal import Synchronization
  internal import TelemetryCore

  /// Connects on blocking threads.
  ///
  /// libpq would look up names without regard for a deadline or a stop, so the addresses are looked up before.
  final class PostgreSQLConnector: Sendable {
    private typealias LookUp = Task<Result<[SocketAddress], NetworkError>, Never>

    private struct LookUps {
      var tasks: [UInt64: LookUp] = [:]
      var next: UInt64 = 0
    }

    private let connection: String
    private let servers: [PostgreSQLServer]
    private let timeout: Duration
    private let loop: TelemetryLoop
    private let runtime: TelemetryRuntime
    private let network: any Network
    private let isStopped = Atomic(false)
    private let lookUps = Locked(LookUps())

    init(
      _ configuration: PostgreSQLConfiguration, loop: TelemetryLoop, runtime: TelemetryRuntime,
      network: (any Network)? = nil
    ) {
      connection = configuration.connection
      servers = PostgreSQLPlace(connection)?.servers ?? [PostgreSQLServer()]
      timeout = configuration.connectTimeout
      self.loop = loop
      self.runtime = runtime
      self.network = network ?? SystemNetwork(runtime: runtime)
    }

    /// Connects to the first server that takes the connection, until `deadline`, or until the task is cancelled. Each server has
    /// its share of the time.
    func connect(_ deadline: Deadline) async throws(PostgreSQLFailure) -> PostgreSQLHandle {
      let end = min(deadline, Deadline(loop.now + timeout))
      var last: PostgreSQLFailure?
      for (number, server) in servers.enumerated() {
        let share = Deadline(loop.now + end.remaining(at: loop.now) / (servers.count - number))
        do throws(PostgreSQLFailure) {
          let parameters = server.parameters(try await addresses(of: server, until: share))
          return try await connect(parameters, until: share)
        } catch {
          guard error.permitsAnotherServer else { throw error }
          last = error
        }
      }
      throw last ?? Self.late
    }

    private static let late = PostgreSQLFailure(.connect, "no connection in the time for it")

    private func connect(
      _ server: [(keyword: String, value: String)], until end: Deadline
    ) async throws(PostgreSQLFailure) -> PostgreSQLHandle {
      let promise = Promise<Result<PostgreSQLHandle, PostgreSQLFailure>>()
      runtime.startBlocking { [self] in
        do throws(PostgreSQLFailure) {
          // A connection that comes too late is closed with its last reference.
          let isStopped: @Sendable () -> Bool = { self.isStopped.load(ordering: .relaxed) || promise.current != nil }
          promise.fulfil(.success(try PostgreSQLHandle.connect(connection, server, until: end, isStopped)))
        } catch {
          promise.fulfil(.failure(error))
        }
      }
      let result = await withTaskCancellationHandler {
        await promise.value(until: end, on: loop)
      } onCancel: {
        promise.fulfil(.failure(PostgreSQLFailure(.cancelled, "the export was cancelled")))
      }
      guard let result else {
        promise.fulfil(.failure(Self.late))
        throw Self.late
      }
      return try result.get()
    }

    // MARK: Names

    /// The addresses of a server's name; none if it has none to look up.
    private func addresses(
      of server: PostgreSQLServer, until end: Deadline
    ) async throws(PostgreSQLFailure) -> [SocketAddress] {
      guard let name = server.name, !isStopped.load(ordering: .relaxed) else { return [] }
      let task = LookUp(executorPreference: loop) { [network] in
        do throws(NetworkError) {
          return .success(try await network.resolve(host: name, port: 0, deadline: end))
        } catch {
          return .failure(error)
        }
      }
      let number = lookUps.withLock { lookUps in
        lookUps.next += 1
        lookUps.tasks[lookUps.next] = task
        return lookUps.next
      }
      defer { lookUps.withLock { _ = $0.tasks.removeValue(forKey: number) } }
      let result = await withTaskCancellationHandler {
        await task.value
      } onCancel: {
        task.cancel()
      }
      do throws(NetworkError) {
        return try result.get()
      } catch {
        throw error == .cancelled
          ? PostgreSQLFailure(.cancelled, "stopped while connecting") : PostgreSQLFailure(.connect, "\(error)")
      }
    }

    /// Ends attempts to connect.
    func stop() {
      isStopped.store(true, ordering: .relaxed)
      let tasks = lookUps.withLock { Array($0.tasks.values) }
      for task in tasks { task.cancel() }
    }
  }
#endif

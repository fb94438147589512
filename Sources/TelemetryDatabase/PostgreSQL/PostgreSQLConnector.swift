#if PostgreSQL
  internal import Synchronization
  internal import TelemetryCore

  /// Connects on blocking threads.
  final class PostgreSQLConnector: Sendable {
    private let connection: String
    private let servers: [[(keyword: String, value: String)]]
    private let timeout: Duration
    private let loop: TelemetryLoop
    private let runtime: TelemetryRuntime
    private let isStopped = Atomic(false)

    init(_ configuration: PostgreSQLConfiguration, loop: TelemetryLoop, runtime: TelemetryRuntime) {
      connection = configuration.connection
      servers = PostgreSQLPlace(connection)?.servers ?? [[]]
      timeout = configuration.connectTimeout
      self.loop = loop
      self.runtime = runtime
    }

    /// Connects until `deadline`, or until the task is cancelled.
    func connect(_ deadline: Deadline) async throws(PostgreSQLFailure) -> PostgreSQLHandle {
      let end = min(deadline, Deadline(loop.now + timeout))
      let promise = Promise<Result<PostgreSQLHandle, PostgreSQLFailure>>()
      runtime.startBlocking { [self] in
        do throws(PostgreSQLFailure) {
          // A connection that comes too late is closed with its last reference.
          let isStopped: @Sendable () -> Bool = { self.isStopped.load(ordering: .relaxed) || promise.current != nil }
          promise.fulfil(.success(try connect(until: end, isStopped)))
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
        let late = PostgreSQLFailure(.connect, "no connection in the time for it")
        promise.fulfil(.failure(late))
        throw late
      }
      return try result.get()
    }

    /// Connects to the first server that takes the connection; each has its share of the time.
    private func connect(
      until end: Deadline, _ isStopped: @Sendable () -> Bool
    ) throws(PostgreSQLFailure) -> PostgreSQLHandle {
      var last: PostgreSQLFailure?
      for (number, server) in servers.enumerated() {
        let share = end.remaining(at: .system) / (servers.count - number)
        do throws(PostgreSQLFailure) {
          return try PostgreSQLHandle.connect(connection, server, until: Deadline(.system + share), isStopped)
        } catch {
          guard error.permitsAnotherServer else { throw error }
          last = error
        }
      }
      throw last ?? PostgreSQLFailure(.connect, "no connection in the time for it")
    }

    /// Ends attempts to connect.
    func stop() { isStopped.store(true, ordering: .relaxed) }
  }
#endif

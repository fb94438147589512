#if PostgreSQL
  internal import COTLPPostgres
  internal import Synchronization
  internal import TelemetryCore
  internal import OTLPSystem

  /// libpq's connection. It owns it, and closes it with its last reference.
  // SAFETY: one thread at a time: the blocking thread that connects, then the loop.
  @safe
  final class PostgreSQLHandle: @unchecked Sendable {
    let raw: OpaquePointer
    private let generation = Fork.generation
    private var isWatchedForFork = false

    @unsafe
    private init(_ raw: OpaquePointer) { unsafe self.raw = raw }

    deinit {
      if isWatchedForFork { ForkedDescriptors.forget([descriptor]) }
      unsafe PQfinish(raw)
    }

    var descriptor: Int32 { unsafe PQsocket(raw) }
    var isBroken: Bool { unsafe PQstatus(raw) == CONNECTION_BAD }
    var errorMessage: String { unsafe String(cString: PQerrorMessage(raw)) }

    // MARK: Connecting

    /// Connects, on a blocking thread: libpq reads files meanwhile.
    /// - Parameter server: The parameters that choose one of several servers, and its addresses.
    static func connect(
      _ connection: String, _ server: [(keyword: String, value: String)], until deadline: Deadline,
      _ isStopped: @Sendable () -> Bool
    ) throws(PostgreSQLFailure) -> PostgreSQLHandle {
      // A database name with a connection string stands for all that it holds; what follows overrides it.
      let keywords = ["dbname", "client_encoding", "fallback_application_name"] + server.map(\.keyword)
      let started = unsafe keywords.withCStrings { keywords in
        unsafe ([connection, "UTF8", "swift-otlp"] + server.map(\.value)).withCStrings { values in
          unsafe PQconnectStartParams(keywords, values, 1)
        }
      }
      guard let raw = unsafe started else { throw PostgreSQLFailure(.connect, "no memory for a connection") }
      let handle = unsafe PostgreSQLHandle(raw)
      unsafe PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
      unsafe PQsetNoticeProcessor(raw, { _, _ in }, nil)
      try handle.poll(until: deadline, isStopped)
      unsafe PQsetErrorVerbosity(raw, PQERRORS_DEFAULT)
      guard unsafe PQsetnonblocking(raw, 1) == 0 else { throw PostgreSQLFailure(.connect, handle.errorMessage) }
      ForkedDescriptors.adopt(handle.descriptor)
      handle.isWatchedForFork = true
      return handle
    }

    private func poll(until deadline: Deadline, _ isStopped: @Sendable () -> Bool) throws(PostgreSQLFailure) {
      guard unsafe PQstatus(raw) != CONNECTION_BAD else { throw PostgreSQLFailure(connecting: errorMessage) }
      var wanted = PGRES_POLLING_WRITING
      while true {
        guard !isStopped() else { throw PostgreSQLFailure(.cancelled, "stopped while connecting") }
        guard !deadline.hasPassed(at: .system) else {
          throw PostgreSQLFailure(.connect, "no connection in the time for it")
        }
        var socket = pollfd(
          fd: descriptor, events: Int16(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT), revents: 0)
        // A short wait, so that a stop is noticed.
        guard unsafe OTLPSystem.poll(&socket, 1, 50) > 0 else { continue }
        wanted = unsafe PQconnectPoll(raw)
        if wanted == PGRES_POLLING_OK { return }
        if wanted == PGRES_POLLING_FAILED { throw PostgreSQLFailure(connecting: errorMessage) }
      }
    }

    /// A request to end the present statement.
    var cancelRequest: PostgreSQLCancelRequest { unsafe PostgreSQLCancelRequest(PQgetCancel(raw)) }
  }

  extension [String] {
    /// Calls `body` with the texts as C strings, and a nil behind them.
    fileprivate func withCStrings<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
      let copies = unsafe map { unsafe strdup($0) }
      defer { unsafe copies.forEach { unsafe free($0) } }
      let pointers = unsafe copies.map { unsafe UnsafePointer($0) } + [nil]
      return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress.unsafelyUnwrapped) }
    }
  }
#endif

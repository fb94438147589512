#if PostgreSQL
  internal import COTLPPostgres
  internal import Synchronization
  internal import TelemetryCore

  /// A connection to a server, which is made when it is used. One task at a time, on the loop's thread.
  // SAFETY: used on the loop's thread only, but for the initialization.
  @safe
  final class PostgreSQLConnection: @unchecked Sendable {
    /// A result's rows: the fields in binary form, nil for NULL.
    typealias Rows = [[[UInt8]?]]

    /// A step of a statement that takes rows.
    struct Copy {
      let buffer: BufferSlice
      let bytes: Range<Int>
    }

    // So much is given to libpq at once, which copies it.
    private static let chunk = 64 << 10
    // The beginning and the end of the binary format of COPY.
    private static let copyHeader: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [0, 0, 0, 0, 0, 0, 0, 0]
    private static let copyTrailer: [UInt8] = [0xFF, 0xFF]

    private let loop: TelemetryLoop
    private var handle: PostgreSQLHandle?
    private var socket: PostgreSQLSocket?
    /// True if the connection served a batch.
    private(set) var isReused = false
    private var isStopped = false

    init(loop: TelemetryLoop) { self.loop = loop }

    deinit {
      guard let socket, let handle else { return }
      // The watch belongs to the loop's thread, and ends before the socket is closed.
      loop.schedule(at: Deadline(.distantPast)) {
        socket.unwatch()
        _ = handle
      }
    }

    var isConnected: Bool { handle != nil }

    /// True if libpq has noticed the end of the connection.
    var isBroken: Bool { handle?.isBroken ?? true }

    func open(_ handle: PostgreSQLHandle) {
      self.handle = handle
      socket = PostgreSQLSocket(handle.descriptor, on: loop)
      isReused = false
    }

    func close() {
      socket?.unwatch()
      socket = nil
      handle = nil
    }

    func served() { isReused = true }

    /// Has the present statement, and those that follow, fail as cancelled.
    func stop() {
      isStopped = true
      socket?.endWait()
    }

    /// A request to end the present statement; nil without a connection.
    var cancelRequest: PostgreSQLCancelRequest? { handle?.cancelRequest }

    // MARK: Statements

    /// Runs statements in one transaction, unless they say otherwise.
    /// - Parameter copies: The rows for the statements `COPY … FROM STDIN` among them, in order.
    func run(_ sql: String, _ copies: [Copy] = [], until deadline: Deadline) async throws(PostgreSQLFailure) {
      let raw = unsafe try sent { raw in unsafe PQsendQuery(raw, sql) }
      var copies = copies[...]
      var failure: PostgreSQLFailure?
      while let result = unsafe try await result(raw, deadline) {
        defer { unsafe PQclear(result) }
        switch unsafe PQresultStatus(result) {
        case PGRES_COPY_IN:
          guard let copy = copies.popFirst() else { throw PostgreSQLFailure(.lost, "an unexpected COPY") }
          try await unsafe send(copy, raw, deadline)
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
        default: if failure == nil { failure = unsafe PostgreSQLFailure(result: result) }
        }
      }
      if let failure { throw failure }
    }

    /// Runs a query whose parameters are in text form, or bytes.
    func rows(
      _ sql: String, _ parameters: [SQLValue] = [], until deadline: Deadline
    ) async throws(PostgreSQLFailure) -> Rows {
      let raw = unsafe try sent { raw in unsafe PostgreSQLParameters.send(sql, parameters, raw) }
      var rows: Rows = []
      var failure: PostgreSQLFailure?
      while let result = unsafe try await result(raw, deadline) {
        defer { unsafe PQclear(result) }
        switch unsafe PQresultStatus(result) {
        case PGRES_TUPLES_OK: unsafe rows += Self.rows(result)
        case PGRES_COMMAND_OK:
          let count = unsafe String(cString: PQcmdTuples(result))
          rows.append([Array(count.utf8)])
        default: if failure == nil { failure = unsafe PostgreSQLFailure(result: result) }
        }
      }
      if let failure { throw failure }
      return rows
    }

    @unsafe
    private static func rows(_ result: OpaquePointer) -> Rows {
      let (rowCount, columnCount) = unsafe (PQntuples(result), PQnfields(result))
      return (0..<rowCount).map { row in
        (0..<columnCount).map { column in
          guard unsafe PQgetisnull(result, row, column) == 0 else { return nil }
          let count = Int(unsafe PQgetlength(result, row, column))
          return unsafe Array(UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: count))
        }
      }
    }

    private func sent(_ send: (OpaquePointer) -> Int32) throws(PostgreSQLFailure) -> OpaquePointer {
      guard let handle else { throw PostgreSQLFailure(.lost, "not connected") }
      guard unsafe send(handle.raw) == 1 else { throw PostgreSQLFailure(.lost, handle.errorMessage) }
      return unsafe handle.raw
    }

    // MARK: Waiting

    /// The next result of the statements; nil after the last.
    @unsafe
    private func result(_ raw: OpaquePointer, _ deadline: Deadline) async throws(PostgreSQLFailure) -> OpaquePointer? {
      try await unsafe flush(raw, deadline)
      while unsafe PQisBusy(raw) == 1 {
        try await wait(for: .readable, deadline)
        try unsafe consumeInput(raw)
      }
      return unsafe PQgetResult(raw)
    }

    /// Sends what libpq holds.
    @unsafe
    private func flush(_ raw: OpaquePointer, _ deadline: Deadline) async throws(PostgreSQLFailure) {
      while true {
        switch unsafe PQflush(raw) {
        case 0: return
        case 1:
          // The server may wait for its answer to be read.
          try await wait(for: [.readable, .writable], deadline)
          try unsafe consumeInput(raw)
        default: throw PostgreSQLFailure(.lost, unsafe String(cString: PQerrorMessage(raw)))
        }
      }
    }

    @unsafe
    private func consumeInput(_ raw: OpaquePointer) throws(PostgreSQLFailure) {
      guard unsafe PQconsumeInput(raw) == 1 else {
        throw PostgreSQLFailure(.lost, unsafe String(cString: PQerrorMessage(raw)))
      }
    }

    private func wait(for readiness: Readiness, _ deadline: Deadline) async throws(PostgreSQLFailure) {
      guard !isStopped else { throw PostgreSQLFailure(.cancelled, "the exporter was shut down") }
      guard let promise = socket?.wait(for: readiness) else { throw PostgreSQLFailure(.lost, "the loop has ended") }
      let isReady = await withTaskCancellationHandler {
        await promise.value(until: deadline, on: loop)
      } onCancel: {
        promise.fulfil(false)
      }
      if Task.isCancelled { throw PostgreSQLFailure(.cancelled, "the export was cancelled") }
      guard let isReady else { throw PostgreSQLFailure(.deadline, "no answer in the attempt's time") }
      guard !isStopped else { throw PostgreSQLFailure(.cancelled, "the exporter was shut down") }
      guard isReady else { throw PostgreSQLFailure(.lost, "the loop has ended") }
    }

    // MARK: COPY

    @unsafe
    private func send(_ copy: Copy, _ raw: OpaquePointer, _ deadline: Deadline) async throws(PostgreSQLFailure) {
      try unsafe put(Self.copyHeader, raw)
      var position = copy.bytes.lowerBound
      while position < copy.bytes.upperBound {
        let end = min(position + Self.chunk, copy.bytes.upperBound)
        let code = unsafe copy.buffer.withBytes { bytes in
          let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<end])
          return unsafe PQputCopyData(
            raw, part.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(part.count))
        }
        guard code == 1 else { throw PostgreSQLFailure(.lost, unsafe String(cString: PQerrorMessage(raw))) }
        position = end
        try await unsafe flush(raw, deadline)
      }
      try unsafe put(Self.copyTrailer, raw)
      guard unsafe PQputCopyEnd(raw, nil) == 1 else {
        throw PostgreSQLFailure(.lost, unsafe String(cString: PQerrorMessage(raw)))
      }
      try await unsafe flush(raw, deadline)
    }

    private func put(_ bytes: [UInt8], _ raw: OpaquePointer) throws(PostgreSQLFailure) {
      let code = unsafe bytes.withUnsafeBytes { bytes in
        unsafe PQputCopyData(raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
      }
      guard code == 1 else { throw PostgreSQLFailure(.lost, unsafe String(cString: PQerrorMessage(raw))) }
    }
  }
#endif

#if SQLite
  internal import OTLPExport
  internal import OTLPWire
  internal import TelemetryCore
  internal import TelemetrySDK

  /// Stores requests in a file, on a blocking thread: one at a time, since SQLite has one writer.
  actor SQLiteClient: ExportClient {
    /// The time that interrupted work has to end.
    private static let grace = Duration.milliseconds(200)

    private enum End: Sendable {
      case done(Result<Void, SQLiteFailure>)
      /// The work was told to stop, and hasn't.
      case abandoned
    }

    nonisolated let loop: TelemetryLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let writer: SQLiteWriter
    private let runtime: TelemetryRuntime
    /// Fulfilled when the last work ends, and by a shutdown that doesn't wait for that.
    private var idle: Promise<Void>?
    private var isShutDown = false

    init(_ writer: SQLiteWriter, loop: TelemetryLoop, runtime: TelemetryRuntime) {
      self.writer = writer
      self.loop = loop
      self.runtime = runtime
    }

    nonisolated var encoder: MessageEncoder? { { try? RowSet.encode($0, $1) } }

    func send(
      _ message: OutgoingMessage, headers: OTLPHeaders?, deadline: Deadline
    ) async -> Result<ExportResponse, AttemptFailure> {
      guard let rows = RowSet(message.bytes) else { return .failure(.unreadableRequest) }
      while let idle, idle.current == nil {
        // A deletion, or work that was abandoned, still runs.
        writer.interruption.askToGiveWay(until: deadline, at: loop.now)
        guard await idle.valueUnlessCancelled(until: deadline, on: loop) != nil else { return .failure(neverBegun) }
      }
      guard !isShutDown else { return .failure(.databaseIsShutDown) }
      guard !Task.isCancelled else { return .failure(Self.cancelled) }
      return await store(rows, deadline)
    }

    private func store(_ rows: RowSet, _ deadline: Deadline) async -> Result<ExportResponse, AttemptFailure> {
      let (end, idle) = (Promise<End>(), Promise<Void>())
      self.idle = idle
      // For a thread, or for the call that gives the work up.
      let pending = Locked<RowSet?>(rows)
      // Here and not on the thread: the call may be told to stop before a thread is free.
      writer.interruption.begin(until: deadline)
      runtime.startBlocking { [writer] in
        if let rows = pending.withLock({ $0.take() }) {
          let result = writer.store(rows)
          end.fulfil(.done(result))
          // The batch is answered by now: the deletion may wait for a lock.
          if case .success = result { writer.deleteOldRows() }
        }
        // The file of a shutdown that didn't wait for the work.
        if !idle.fulfil(()) { writer.close() }
      }
      let last = deadline.isNever ? deadline : Deadline(deadline.instant + Self.grace)
      let result = await withTaskCancellationHandler {
        await end.value(until: last, on: loop)
      } onCancel: { [writer, loop] in
        writer.interruption.stop()
        loop.schedule(at: Deadline(loop.now + Self.grace)) { end.fulfil(.abandoned) }
      }
      switch result {
      case .done(.success): return .success(ExportResponse())
      case .done(.failure(let failure)): return .failure(failure.attemptFailure(origin(deadline)))
      case .abandoned, nil:
        // Work that no thread has begun never begins.
        let failure = pending.withLock { $0.take() } == nil ? stalled : neverBegun
        writer.interruption.stop()
        return .failure(failure)
      }
    }

    /// The end of an attempt that was interrupted isn't the file's fault.
    private func origin(_ deadline: Deadline) -> AttemptFailure.Origin {
      if Task.isCancelled { return .cancelled }
      return deadline.hasPassed(at: loop.now) ? .deadline : .server
    }

    /// The attempt ended while it waited for earlier work or a thread: nothing of its batch was written.
    private var neverBegun: AttemptFailure {
      if Task.isCancelled { return Self.cancelled }
      let reason = writer.interruption.isWaitingForLock ? "database is locked" : "earlier work hasn't ended"
      return AttemptFailure(
        .retry, status: "SQLITE_BUSY", message: reason, origin: .deadline, fate: .neverProcessed, isUnconnected: true)
    }

    private static let cancelled = AttemptFailure(
      .retry, status: "CANCELLED", message: "the export was cancelled", origin: .cancelled, fate: .neverProcessed)

    /// The work hasn't ended in time: its thread waits for the lock, and gets no time of the processor to notice the deadline, or the system
    /// neither writes nor returns. What it has of the batch is unknown.
    private var stalled: AttemptFailure {
      let isLocked = writer.interruption.isWaitingForLock
      return AttemptFailure(
        .retry, status: "SQLITE_BUSY", message: isLocked ? "database is locked" : "the file's disk doesn't answer",
        origin: .deadline, fate: .unknown)
    }

    /// Ends the work under way at `deadline`, and closes the file.
    func shutdown(deadline: Deadline) async {
      isShutDown = true
      writer.interruption.askToGiveWay(until: deadline, at: loop.now)
      if let idle, idle.current == nil, await idle.value(until: deadline, on: loop) == nil {
        writer.interruption.stop()
        // The calls that wait for the end of the work wait for nothing. The work closes the file when it ends.
        if idle.fulfil(()) { return }
      }
      let closed = Promise<Void>()
      runtime.startBlocking { [writer] in
        writer.close()
        closed.fulfil(())
      }
      _ = await closed.value(until: Deadline(max(deadline.instant, loop.now + Self.grace)), on: loop)
    }
  }
#endif

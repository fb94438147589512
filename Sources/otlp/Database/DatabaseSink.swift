internal import OTLPExport
internal import TelemetryCore
package import TelemetryDatabase
package import TelemetrySDK

/// The database of `otlp receive`. Thread-safe; it blocks the caller until the items are stored.
package final class DatabaseSink: Sendable {
  /// The fate of a request's items.
  package enum Outcome: Hashable, Sendable {
    /// All are stored.
    case stored
    /// The database takes some of them never, such as one that a constraint refuses; the others are stored.
    case rejected(Int, reason: String)
    /// They aren't all stored, and the same may succeed later.
    case notStored(reason: String)
  }

  /// A sender waits about 10 s for its answer.
  private static let timeout = Duration.seconds(9)

  /// The database, for messages.
  package let name: DatabaseName
  private let runtime: TelemetryRuntime
  private let exporters: TelemetryStore.Exporters

  /// Makes the tables, unless they are there.
  /// - Throws: The reason why the database can't be used. A server that is away may come later.
  package init(_ name: DatabaseName) async throws(ToolError) {
    // Threads of its own: the receiver's thread waits for them.
    guard let runtime = try? TelemetryRuntime() else { throw ToolError(.configuration, "no threads for --database") }
    self.name = name
    self.runtime = runtime
    do throws(DatabaseError) {
      try await Self.prepare(name, runtime)
      // The receiver tells of failures itself.
      exporters = try TelemetryStore.exporters(name, runtime: runtime, diagnostics: .silent)
    } catch {
      throw ToolError(.configuration, "--database: \(name): \(error)")
    }
  }

  private static func prepare(_ name: DatabaseName, _ runtime: TelemetryRuntime) async throws(DatabaseError) {
    do throws(DatabaseError) {
      try await TelemetryStore.prepare(name, runtime: runtime)
    } catch {
      guard error.isPassing else { throw error }
      TextOutput.error.line("otlp receive: --database: \(name): \(error); it is tried again with each request")
    }
  }

  /// Stores spans.
  package func store(_ spans: [SpanData]) -> Outcome { store(SpanBatch(spans), exporters.spans) }

  /// Stores log records.
  package func store(_ records: [LogRecord]) -> Outcome { store(LogRecordBatch(records), exporters.logRecords) }

  private func store<Item>(_ batch: Batch<Item>, _ exporter: any Exporter<Item>) -> Outcome {
    guard !batch.isEmpty else { return .stored }
    let outcome: ExportOutcome? = wait { await exporter.export(batch, deadline: .after(Self.timeout)) }
    guard let outcome else { return .notStored(reason: "the time for it passed") }
    if outcome.exported == batch.count { return .stored }
    let reason = outcome.error.map { "\($0)" } ?? "the time for it passed"
    let dropped = outcome.dropped.filter { $0.value > 0 }
    // Missing rights refuse all items, and a person can mend them.
    let isForGood =
      outcome.exported > 0 || TelemetryStore.isBadData(status: (outcome.error as? OTLPError)?.status ?? "")
    guard isForGood, dropped.keys.allSatisfy({ $0 == .refused || $0 == .tooLarge }) else {
      return .notStored(reason: reason)
    }
    return .rejected(dropped.values.reduce(0, +), reason: reason)
  }

  /// Closes the database.
  package func finish() {
    let exporters = exporters
    let _: Void? = wait {
      await exporters.logRecords.shutdown(deadline: .after(.seconds(2)))
      await exporters.spans.shutdown(deadline: .after(.seconds(2)))
    }
  }

  /// Runs `body` on other threads, and waits for it.
  private func wait<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
    let (result, done) = (Promise<Value>(), BlockingSemaphore())
    guard let lease = try? runtime.acquire() else { return nil }
    Task.detached(executorPreference: lease.loop) {
      result.fulfil(await body())
      done.signal()
    }
    _ = done.wait(until: .never)
    lease.end()
    return result.current
  }
}

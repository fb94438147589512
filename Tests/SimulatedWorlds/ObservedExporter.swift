import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK

/// The exporter of a world's processor, which reports its calls to the world.
struct ObservedExporter: SpanExporter, LoopExporter {
  let exporter: OTLPGRPCExporter
  let world: World

  var maxConcurrentExports: Int { exporter.maxConcurrentExports }
  var loop: TelemetryLoop? { exporter.loop }
  var attemptTimeout: Duration? { exporter.attemptTimeout }
  var appliesExportTimeout: Bool { exporter.appliesExportTimeout }
  // The budget is not shared, because the world counts only the bytes of items.
  func observeRoom(_ observer: @escaping @Sendable () -> Void) { exporter.observeRoom(observer) }

  func export(_ batch: SpanBatch, deadline: Deadline) async -> ExportOutcome {
    await observe(batch, deadline) { [exporter] in await exporter.export(batch, deadline: deadline) }
  }

  func export(_ batch: SpanBatch, timeout: Duration, deadline: Deadline) async -> ExportOutcome {
    await observe(batch, deadline) { [exporter] in
      await exporter.export(batch, timeout: timeout, deadline: deadline)
    }
  }

  private func observe(
    _ batch: SpanBatch, _ deadline: Deadline, _ export: sending () async -> ExportOutcome
  ) async -> ExportOutcome {
    let number = await world.exportBegins(Array(batch))
    let outcome = await withTaskExecutorPreference(world.executor) { await export() }
    await world.exportEnded(number, outcome, deadline)
    return outcome
  }

  func expedite(deadline: Deadline) async { await exporter.expedite(deadline: deadline) }

  func forceFlush(deadline: Deadline) async -> Bool {
    let done = await exporter.forceFlush(deadline: deadline)
    await world.expect(deadline, "the exporter's flush")
    return done
  }

  func shutdown(deadline: Deadline) async {
    await exporter.shutdown(deadline: deadline)
    await world.expect(deadline, "the exporter's shutdown")
  }
}

extension ExecutorHop {
  /// For half of the seeds, an executor that is not the loop.
  static func random(seed: UInt64, _ loop: TelemetryLoop) -> any TaskExecutor {
    var random = SeededRandom(seed: seed &* 0x94D0_49BB ^ 0xDE70)
    return random.oneIn(2) ? ExecutorHop(loop) : loop
  }
}

import OTLPTesting
import TelemetryCore
import TelemetrySDK

// The load of a world: ended spans, flushes and shutdown.
extension World {
  func live() async throws {
    var load: [Task<Void, Never>] = []
    for _ in 0..<plan.producers { load.append(simulation.task { await self.produce() }) }
    for _ in 0..<plan.flushers { load.append(simulation.task { await self.flushRepeatedly() }) }
    if plan.usesExporterDirectly { load.append(simulation.task { await self.useExporterDirectly() }) }
    if plan.endsEarly {
      let runDisturbances = simulation.task { await self.runDisturbances() }
      await simulation.sleep(simulation.draw { $0.duration(in: .zero...self.plan.length) })
      await shutDown()
      await runDisturbances.value
    } else {
      await runDisturbances()
    }
    for task in load { await task.value }
    if !plan.endsEarly {
      if plan.canRecover { try await recoverAndDeliver() }
      await shutDown()
    }
    await flushAfterShutdown()
  }

  private func pause() async {
    let longest = plan.length / 8
    await simulation.sleep(simulation.draw { $0.duration(in: .zero...longest) })
  }

  // MARK: Load

  private func produce() async {
    for _ in 0..<simulation.draw(in: 1...15) {
      end(simulation.draw(in: 1...60))
      await pause()
    }
  }

  /// Ends spans one by one.
  func end(_ count: Int) {
    for _ in 0..<count { end() }
    check("a span's end")
  }

  private func end() {
    guard let processor else { return }
    let number = book.ended
    var name = "GET /orders/\(number)"
    if plan.isLarge(number) { name += filling }
    let span = SpanData(
      traceID: TraceID(high: plan.seed, low: UInt64(number + 1)), spanID: SpanID(UInt64(number + 1)), name: name,
      startTimeUnixNano: 1_700_000_000_000_000_000, endTimeUnixNano: 1_700_000_000_000_000_100)
    let bytes = span.encodedSize ?? 0
    let (before, held) = (processor.ledger, processor.itemBytes)
    book.synchronize(queued: before.queued)
    let room = plan.batch.maxQueueBytes - held + book.queueBytes
    processor.onEnd(span)
    let dropped = processor.ledger.droppedTotal - before.droppedTotal
    let evicts = plan.batch.overflow == .dropOldest && !shutdownBegan && before.queued > 0 && bytes <= room
    book.end(bytes: bytes, dropped: dropped, evicts: evicts)
  }

  // MARK: Flush and shutdown

  private func flushRepeatedly() async {
    for _ in 0..<simulation.draw(in: 1...3) {
      await pause()
      // Sometimes several at once.
      let more = (1..<simulation.draw(in: 1...3)).map { _ in simulation.task { await self.flush() } }
      await flush()
      for task in more { await task.value }
    }
  }

  private func flush() async {
    _ = await flush(within: .milliseconds(simulation.draw(in: 0...10_000)))
  }

  func flush(within limit: Duration) async -> FlushReport {
    guard let processor else { return FlushReport(isComplete: false, lost: 0, ledger: finalLedger) }
    let ended = book.ended
    let deadline = Deadline(simulation.now + limit)
    let report = await processor.forceFlush(within: limit)
    expect(deadline, "a flush")
    check(report, ended, deadline, "a flush")
    return report
  }

  func shutDown() async {
    let limit = Duration.milliseconds(simulation.draw(in: 0...20_000))
    // A second call joins the first at any time, and can shorten it.
    let second =
      simulation.draw(in: 0...3) > 0
      ? nil
      : simulation.task {
        await self.simulation.sleep(.milliseconds(self.simulation.draw(in: 0...5000)))
        _ = await self.shutDown(within: .milliseconds(self.simulation.draw(in: 0...20_000)))
      }
    _ = await shutDown(within: limit)
    await second?.value
  }

  func shutDown(within limit: Duration) async -> FlushReport {
    guard let processor else { return FlushReport(isComplete: false, lost: 0, ledger: finalLedger) }
    let ended = book.ended
    let deadline = Deadline(simulation.now + limit)
    shutdownBegan = true
    if deadline < shutdownDeadline {
      shutdownDeadline = deadline
      // When an eighth of its time, at most 100 ms, is left.
      shutdownExpedite = Deadline(deadline.instant + (.zero - min(.milliseconds(100), limit / 8)))
    }
    let report = await processor.shutdown(within: limit)
    expect(deadline, "a shutdown")
    check(report, ended, shutdownExpedite, "a shutdown")
    if report.ledger.queued + report.ledger.inFlight > 0 {
      faults.append("a shutdown left something behind: \(report.ledger)")
    }
    return report
  }

  /// Flushes or shuts down the exporter directly, as its owner may.
  private func useExporterDirectly() async {
    await pause()
    let deadline = Deadline(simulation.now + .milliseconds(simulation.draw(in: 0...5000)))
    if simulation.draw(in: 0...1) == 0 {
      _ = await exporter?.forceFlush(deadline: deadline)
      expect(deadline, "the exporter's flush by its owner")
    } else {
      await exporter?.shutdown(deadline: deadline)
      expect(deadline, "the exporter's shutdown by its owner")
    }
  }

  private func flushAfterShutdown() async {
    end(simulation.draw(in: 0...3))
    let before = simulation.now
    let report = await flush(within: .seconds(5))
    if !report.isComplete || simulation.now > simulation.latest(Deadline(before)) {
      faults.append("a flush after shutdown isn't complete at once")
    }
  }
}
